import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { CodeField, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

type Way = "totp" | "recovery_code";

/** A code from an authenticator, or one of those on paper. */
export function SecondFactorStep(props: {
  readonly ways: readonly Way[];
  readonly onDone: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const [way, setWay] = useState<Way>(props.ways.includes("totp") ? "totp" : "recovery_code");
  const other = way === "totp" ? "recovery_code" : "totp";
  const signIn = useAct(
    (client, code: string) =>
      way === "totp" ? client.signInWithTotp(code) : client.signInWithRecoveryCode(code),
    { onDone: props.onDone },
  );
  return (
    <div className="panel">
      <Form key={way} onSend={(fields) => signIn.run(fields.text("code"))}>
        <FailureNotice failure={signIn.failure} />
        {way === "totp" ? (
          <CodeField label="Code from your authenticator" autoFocus />
        ) : (
          <TextField
            name="code"
            label="Recovery code"
            hint="Each is good once."
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className="code"
            required
            autoFocus
          />
        )}
        <Button type="submit" look="first" size="wide" isBusy={signIn.isBusy}>
          Continue
        </Button>
        <div className="row apart">
          {props.ways.includes(other) ? (
            <Button
              look="quiet"
              size="small"
              onClick={() => {
                signIn.reset();
                setWay(other);
              }}
            >
              {other === "totp" ? "Use the authenticator" : "Use a recovery code"}
            </Button>
          ) : (
            <span />
          )}
          <Button look="quiet" size="small" onClick={props.onBack}>
            Start over
          </Button>
        </div>
      </Form>
    </div>
  );
}
