import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Given } from "./given.tsx";
import { Notice } from "./notice.tsx";

/** A secret that was made a moment ago. It is shown here and never again, so that the dialog stays until somebody says they have it. */
export function ShownOnce(props: {
  readonly title: string;
  readonly label: string;
  readonly secret: string;
  readonly hint: ReactNode;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog title={props.title} isFirm onClose={props.onClose}>
      <Notice tone="warn" title="Shown this once">
        <p>Put it where your secrets are. Nobody can read it here again.</p>
      </Notice>
      <Given label={props.label} value={props.secret} hint={props.hint} />
      {props.children}
      <div className="ends">
        <Button look="first" onClick={props.onClose}>
          I have kept it
        </Button>
      </div>
    </Dialog>
  );
}
