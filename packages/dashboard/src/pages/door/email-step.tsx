import type { SessionInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { depart } from "../../platform/depart.ts";
import { hasPasskeys, usePasskeyOf } from "../../platform/passkeys.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

/** Who wants in. The address decides whether an identity provider asks, or we do. */
export function EmailStep(props: {
  readonly methods: SessionInfo["methods"];
  readonly to: string | undefined;
  readonly onPassword: (email: string) => void;
  readonly onDone: () => void;
}): ReactNode {
  const way = useAct(
    async (client, email: string) => {
      const found = await client.signInWay(email);
      if (found.next === "sso") depart(found.url);
      return found;
    },
    {
      onDone(found, email) {
        if (found.next === "password") props.onPassword(email);
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
    </div>
  );
}
