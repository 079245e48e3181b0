import type { ReactNode } from "react";
import { signInByPassword } from "../../access/sign-in-by-password.ts";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Username } from "../../ui/username.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

export function PasswordStep(props: {
  readonly email: string;
  readonly onDone: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const signIn = useAct(
    (client, password: string) => signInByPassword(client, { email: props.email, password }),
    {
      onDone: props.onDone,
    },
  );
  return (
    <div className="panel">
      <Form
        onSend={(fields, form) => {
          signIn.run(fields.raw("password"));
          form.querySelector<HTMLInputElement>('[name="password"]')?.select();
        }}
      >
        <FailureNotice failure={signIn.failure} />
        <div className="row apart">
          <span className="breaks">{props.email}</span>
          <Button look="quiet" size="small" onClick={props.onBack}>
            Change
          </Button>
        </div>
        <Username value={props.email} />
        <PasswordField name="password" label="Password" autoComplete="current-password" required autoFocus />
        <Button type="submit" look="first" size="wide" isBusy={signIn.isBusy}>
          Sign in
        </Button>
        <p className="small soft">
          Forgotten? Whoever looks after this server can make a link by which you choose a new one.
        </p>
      </Form>
    </div>
  );
}
