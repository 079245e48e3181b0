import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Username } from "../../ui/username.tsx";
import { NewPassword } from "../door/new-password.tsx";

export function PasswordPanel({ email }: { readonly email: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const change = useAct(
    (client, given: { readonly current: string; readonly password: string }) =>
      client.changePassword(given.current, given.password),
    { changes: ["account"], said: "Password changed", onDone: () => setOpen(false) },
  );
  const close = (): void => {
    change.reset();
    setOpen(false);
  };
  return (
    <Panel
      title="Password"
      words="A new one ends your other sessions."
      acts={<Button onClick={() => setOpen(true)}>Change</Button>}
    >
      {isOpen ? (
        <Dialog title="Change your password" isNarrow onClose={close}>
          <Form
            onSend={(fields) =>
              change.run({ current: fields.raw("current"), password: fields.raw("password") })
            }
          >
            <FailureNotice failure={change.failure} />
            <Username value={email} />
            <PasswordField
              name="current"
              label="Current password"
              autoComplete="current-password"
              required
              autoFocus
            />
            <NewPassword label="New password" />
            <div className="ends">
              <Button onClick={close}>Cancel</Button>
              <Button type="submit" look="first" isBusy={change.isBusy}>
                Change
              </Button>
            </div>
          </Form>
        </Dialog>
      ) : null}
    </Panel>
  );
}
