import type { ReactNode } from "react";
import { useId, useState } from "react";
import { download } from "../platform/download.ts";
import { Button } from "./button.tsx";

/** Copies text, and says whether it did. Without TLS a browser does not let pages copy: then it is marked instead. */
export function CopyButton(props: {
  readonly text: string;
  readonly label?: string;
  readonly what: string;
}): ReactNode {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setState("copied");
    } catch {
      setState("refused");
    }
  };
  const words = { idle: props.label ?? "Copy", copied: "Copied", refused: "Copy by hand" }[state];
  return (
    <Button
      size="small"
      icon={state === "copied" ? "check" : "copy"}
      aria-label={state === "idle" ? `${words}: ${props.what}` : undefined}
      onClick={() => void copy()}
      onBlur={() => setState("idle")}
    >
      <span aria-live="polite">{words}</span>
    </Button>
  );
}

/** Something to be carried elsewhere, under the name that it has there. */
export function Given(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className="given" role="group" aria-labelledby={id}>
      <span className="label" id={id}>
        {props.label}
      </span>
      <div className="value">
        <code>{props.value}</code>
        <CopyButton text={props.value} what={props.label} />
      </div>
      {props.hint === undefined ? null : <span className="small soft">{props.hint}</span>}
    </div>
  );
}

/** Codes that are shown once: to copy, or to keep as a file. */
export function Codes(props: {
  readonly codes: readonly string[];
  readonly fileName: string;
  /** What the file says above them. */
  readonly words: string;
  readonly onTaken?: () => void;
}): ReactNode {
  const text = props.codes.join("\n");
  return (
    <div className="stack">
      <ul className="codes" aria-label="Codes">
        {props.codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <Button
          icon="download"
          onClick={() => {
            download(props.fileName, `${props.words}\n\n${text}\n`);
            props.onTaken?.();
          }}
        >
          Download
        </Button>
        <CopyButton text={text} what="the codes" label="Copy all" />
      </div>
    </div>
  );
}
