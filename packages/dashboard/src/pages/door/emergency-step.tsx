import type { ReactNode } from "react";
import { signInByPassword } from "../../access/sign-in-by-password.ts";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

type Given = Parameters<typeof signInByPassword>[1];

/** The way in when the identity provider does not answer: a break-glass account, its password, and one of the codes. */
export function EmergencyStep(props: {
  readonly onDone: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const signIn = useAct((client, given: Given) => signInByPassword(client, given), {
    onDone: props.onDone,
  });
  return (
    <div className="panel">
      <Form
        onSend={(fields) =>
          signIn.run({
            email: fields.text("email"),
            password: fields.raw("password"),
            emergencyCode: fields.text("code"),
          })
        }
      >
        <FailureNotice failure={signIn.failure} />
        <TextField
          name="email"
          type="email"
          label="E-mail address"
          autoComplete="username"
          required
          autoFocus
        />
        <PasswordField name="password" label="Password" autoComplete="current-password" required />
        <TextField
          name="code"
          label="Break-glass code"
          hint="Each is good once. Its use is written into the audit log."
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="code"
          required
        />
        <Button type="submit" look="first" size="wide" isBusy={signIn.isBusy}>
          Sign in
        </Button>
        <Button look="quiet" size="small" onClick={props.onBack}>
          Start over
        </Button>
      </Form>
    </div>
  );
}
