import type { ReactNode } from "react";
import type { Failure } from "../text/failure.ts";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";

type Tone = "info" | "good" | "warn" | "bad";

const ICONS = { info: "info", good: "check", warn: "warn", bad: "warn" } as const satisfies Record<
  Tone,
  IconName
>;

/** Something to know before going on. */
export function Notice(props: {
  readonly tone?: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** Whether it came after something was done, and is to be read out. */
  readonly isNews?: boolean;
}): ReactNode {
  const tone = props.tone ?? "info";
  return (
    <div
      className={`notice ${tone}`}
      role={props.isNews === true ? (tone === "bad" ? "alert" : "status") : undefined}
    >
      <Icon name={ICONS[tone]} />
      <div>
        {props.title === undefined ? null : <strong>{props.title}</strong>}
        {props.children}
      </div>
    </div>
  );
}

/** What went wrong, why, what to do now, and the code by which somebody else can find it. */
export function FailureNotice(props: {
  readonly failure: Failure | null;
  readonly onRetry?: () => void;
}): ReactNode {
  if (props.failure === null) return null;
  const { code, next, sentence } = props.failure;
  return (
    <Notice tone="bad" title={sentence} isNews>
      {next === null ? null : <p>{next}</p>}
      <p className="small soft">
        Code <code>{code}</code>
      </p>
      {props.onRetry === undefined ? null : (
        <div>
          <Button size="small" onClick={props.onRetry}>
            Try again
          </Button>
        </div>
      )}
    </Notice>
  );
}
