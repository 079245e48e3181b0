import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Tick } from "../../ui/field.tsx";
import { Codes } from "../../ui/given.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Recovery codes, shown once. One goes on when one says that they are kept. */
export function RecoveryCodesOnce(props: {
  readonly codes: readonly string[];
  readonly instance: string;
  readonly goOn: string;
  readonly onDone: () => void;
}): ReactNode {
  const [isKept, setKept] = useState(false);
  return (
    <div className="stack">
      <Notice tone="warn" title="Shown this once">
        <p>Each of them signs you in once when your other ways are lost. Keep them where you keep papers.</p>
      </Notice>
      <Codes
        codes={props.codes}
        fileName="holdfast-recovery-codes.txt"
        words={`Recovery codes for ${props.instance}. Each is good once.`}
        onTaken={() => setKept(true)}
      />
      <Tick
        label="I have kept these codes"
        checked={isKept}
        onChange={(event) => setKept(event.target.checked)}
      />
      <Button
        look="first"
        size="wide"
        aria-disabled={!isKept || undefined}
        onClick={() => {
          if (isKept) props.onDone();
        }}
      >
        {props.goOn}
      </Button>
    </div>
  );
}
