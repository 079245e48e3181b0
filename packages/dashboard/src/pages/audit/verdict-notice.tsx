import type { LogVerdict } from "@holdfast/protocol";
import type { ReactNode } from "react";
import { counted } from "../../text/times.ts";
import { Notice } from "../../ui/notice.tsx";

/** What came of a verification, and what it cannot know. */
export function VerdictNotice(props: {
  readonly verdict: LogVerdict;
  readonly signaturesChecked: boolean;
  readonly hasOutside: boolean;
}): ReactNode {
  const { checkpointSize, entryCount, fault, unknown } = props.verdict;
  return (
    <div className="stack">
      {fault === null ? (
        <Notice tone="good" title={counted(entryCount, "entry holds", "entries hold")} isNews>
          <p>
            {checkpointSize === null
              ? "Each hangs on the one before it. No checkpoint covers them yet."
              : `Each hangs on the one before it, and a signed checkpoint agrees with the first ${checkpointSize}.`}
          </p>
        </Notice>
      ) : (
        <Notice tone="bad" title={`The log does not hold at entry ${fault.seq}`} isNews>
          <p>{sentence(fault.words)}</p>
          <p>
            {counted(entryCount, "entry before it holds", "entries before it hold")}. Keep the log as it is,
            and compare it with what left this machine.
          </p>
          <p className="small soft">
            Code <code>{fault.kind}</code>
          </p>
        </Notice>
      )}
      <Notice title="What this cannot show">
        <ul className="stack tight">
          {props.signaturesChecked ? null : (
            <li>
              Whether its checkpoints are signed by its key: this browser checks such signatures only over
              https.
            </li>
          )}
          {unknown.map((words) => (
            <li key={words}>{words}</li>
          ))}
          {unknown.length === 0 && props.signaturesChecked ? (
            <li>Nothing is left open by what you gave.</li>
          ) : null}
        </ul>
        {props.hasOutside ? null : (
          <p>
            A chain cannot show that its newest entries were cut off, unless checkpoints left the machine:
            send them to a sink, and give one here.
          </p>
        )}
      </Notice>
    </div>
  );
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
