import { readExport } from "@holdfast/protocol";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { digest } from "../../platform/digest.ts";
import { verifyEd25519 } from "../../platform/ed25519.ts";
import { pause } from "../../platform/pause.ts";
import { Button } from "../../ui/button.tsx";
import { AreaField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { VerdictNotice } from "./verdict-notice.tsx";
import { verifyExport } from "./verify-export.ts";

interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Holds a log against itself in this browser, so that nobody has to believe the server about it. */
export function VerifyPanel({ log }: { readonly log: string | null }): ReactNode {
  const [progress, setProgress] = useState<Progress | null>(null);
  const verify = useAct(
    async (client, outside: readonly string[]) => {
      setProgress({ done: 0, total: 0 });
      const text = await new Response(await client.exportAudit(log, "jsonl")).text();
      const exported = readExport(text);
      const total = exported.entries.length;
      setProgress({ done: 0, total });
      const world = { digest, verifySignature: verifyEd25519, pause };
      const { signaturesChecked, verdict } = await verifyExport(exported, outside, world, (done) =>
        setProgress({ done, total }),
      );
      setProgress({ done: verdict.entryCount, total });
      return { verdict, signaturesChecked, hasOutside: outside.length > 0 };
    },
    { changes: ["audit"] },
  );
  return (
    <Panel
      title="Verify"
      words="Downloads the whole log and recomputes every hash of it in this browser, with nothing taken on trust."
    >
      <Form
        onSend={(fields) => {
          const outside = fields.raw("outside").replaceAll("\r\n", "\n").trim();
          verify.run(outside === "" ? [] : [`${outside}\n`]);
        }}
      >
        <FailureNotice failure={verify.failure} />
        <details>
          <summary>A checkpoint that was kept elsewhere</summary>
          <div className="after-summary">
            <AreaField
              name="outside"
              label="Checkpoint"
              rows={6}
              hint="As your sink or your safe has it, with its signature. Only one that left this machine can show that the newest entries were cut off."
            />
          </div>
        </details>
        {verify.isBusy && progress !== null ? (
          <div className="stack tight">
            <progress
              aria-label="Entries that were verified"
              max={Math.max(progress.total, 1)}
              value={progress.total === 0 ? undefined : progress.done}
            />
            <p className="small soft number">
              {progress.total === 0 ? "Downloading…" : `${progress.done} of ${progress.total} entries`}
            </p>
          </div>
        ) : null}
        {!verify.isBusy && verify.result !== undefined ? <VerdictNotice {...verify.result} /> : null}
        <div>
          <Button type="submit" icon="shield" isBusy={verify.isBusy}>
            Verify in this browser
          </Button>
        </div>
      </Form>
    </Panel>
  );
}
