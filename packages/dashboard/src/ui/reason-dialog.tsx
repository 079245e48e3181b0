import type { ReactNode } from "react";
import type { Act } from "../data/act.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Form } from "./form.tsx";
import { FailureNotice } from "./notice.tsx";

/** An act that hurts: what it will do, in numbers, and why it is done, which the audit log keeps. */
export function ReasonDialog<Output>(props: {
  readonly title: string;
  readonly words: ReactNode;
  readonly act: Act<string, Output>;
  readonly verb: string;
  readonly onClose: () => void;
  /** Whether it can be done without saying why. */
  readonly needsNoReason?: boolean;
}): ReactNode {
  const { act, needsNoReason = false } = props;
  const close = (): void => {
    act.reset();
    props.onClose();
  };
  return (
    <Dialog title={props.title} isNarrow onClose={close}>
      <Form onSend={(fields) => act.run(fields.text("reason"))}>
        <p>{props.words}</p>
        <FailureNotice failure={act.failure} />
        {needsNoReason ? null : (
          <TextField
            name="reason"
            label="Why"
            hint="The audit log keeps it."
            maxLength={200}
            required
            autoFocus
          />
        )}
        <div className="ends">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="danger first" isBusy={act.isBusy}>
            {props.verb}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
