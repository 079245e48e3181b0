import type { SessionInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { depart } from "../../platform/depart.ts";
import { hasPasskeys, usePasskeyOf } from "../../platform/passkeys.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

/** How far a sign-in got on this page. */
export type SignInStep =
  | { readonly kind: "email" }
  | { readonly kind: "password"; readonly email: string }
  | { readonly kind: "choice"; readonly email: string; readonly url: string }
  | { readonly kind: "emergency" };

/** Who wants in. The address decides whether an identity provider asks, or we do. */
export function EmailStep(props: {
  readonly methods: SessionInfo["methods"];
  readonly to: string | undefined;
  readonly onStep: (step: SignInStep) => void;
  readonly onDone: () => void;
}): ReactNode {
  const way = useAct(
    async (client, email: string) => {
      const found = await client.signInWay(email, props.to);
      if (found.next === "sso" && found.required === true) depart(found.url);
      return found;
    },
    {
      onDone(found, email) {
        if (found.next === "password") props.onStep({ kind: "password", email });
        else if (found.required !== true) props.onStep({ kind: "choice", email, url: found.url });
      },
    },
  );
  const passkey = useAct(
    async (client) => {
      const { options } = await client.signInPasskeyOptions();
      return client.signInWithPasskey(await usePasskeyOf(options));
    },
    { onDone: props.onDone },
  );
  return (
    <div className="panel stack">
      <FailureNotice failure={way.failure ?? passkey.failure} />
      <Form onSend={(fields) => way.run(fields.text("email"))}>
        <TextField
          name="email"
          type="email"
          label="E-mail address"
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          required
          autoFocus
        />
        <Button type="submit" look="first" size="wide" isBusy={way.isBusy}>
          Continue
        </Button>
      </Form>
      {props.methods.passkey && hasPasskeys() ? (
        <>
          <div className="or">or</div>
          <Button icon="finger" size="wide" isBusy={passkey.isBusy} onClick={() => passkey.run(null)}>
            Use a passkey
          </Button>
        </>
      ) : null}
      <Button look="quiet" size="small" onClick={() => props.onStep({ kind: "emergency" })}>
        Use a break-glass code
      </Button>
    </div>
  );
}
