import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { takeFragment } from "../../platform/fragment.ts";
import { Button } from "../../ui/button.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Door } from "./door.tsx";
import { NewPassword } from "./new-password.tsx";

/** Choosing a new password, by a link that somebody else made. */
export function ResetPage(): ReactNode {
  const [token] = useState(takeFragment);
  const [isDone, setDone] = useState(false);
  const accept = useAct((client, password: string) => client.acceptReset(token ?? "", password), {
    onDone: () => setDone(true),
  });
  if (token === null)
    return (
      <Door title="Choose a new password">
        <Notice tone="warn" title="This page needs your reset link">
          <p>Open it exactly as it was sent to you. Whoever looks after this server can make another.</p>
        </Notice>
      </Door>
    );
  if (isDone)
    return (
      <Door title="Your password is changed">
        <Notice tone="good" title="Every session that you had was ended." isNews>
          <p>Sign in with the new password.</p>
        </Notice>
        <a className="button first wide" href="/sign-in">
          Sign in
        </a>
      </Door>
    );
  return (
    <Door title="Choose a new password" words="It ends every session that you have.">
      <div className="panel">
        <Form onSend={(fields) => accept.run(fields.raw("password"))}>
          <FailureNotice failure={accept.failure} />
          <NewPassword label="New password" />
          <Button type="submit" look="first" size="wide" isBusy={accept.isBusy}>
            Change the password
          </Button>
        </Form>
      </div>
    </Door>
  );
}
