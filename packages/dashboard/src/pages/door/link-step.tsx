import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

/** An identity provider spoke of an account that is here already: whoever has its password shows once that it is theirs. */
export function LinkStep(props: { readonly onDone: () => void; readonly onBack: () => void }): ReactNode {
  const link = useAct((client, password: string) => client.linkAccount(password), { onDone: props.onDone });
  return (
    <div className="panel">
      <Form onSend={(fields) => link.run(fields.raw("password"))}>
        <FailureNotice failure={link.failure} />
        <PasswordField
          name="password"
          label="The password of your account here"
          hint="Asked for this once. From then on your identity provider is enough."
          autoComplete="current-password"
          required
          autoFocus
        />
        <Button type="submit" look="first" size="wide" isBusy={link.isBusy}>
          Link the account
        </Button>
        <Button look="quiet" size="small" onClick={props.onBack}>
          Start over
        </Button>
      </Form>
    </div>
  );
}
