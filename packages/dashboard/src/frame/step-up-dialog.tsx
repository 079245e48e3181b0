import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState, useSyncExternalStore } from "react";
import { useAct } from "../data/act.ts";
import { factorsQuery, sessionQuery } from "../data/queries.ts";
import { useServices } from "../data/services.ts";
import { depart } from "../platform/depart.ts";
import { hasPasskeys, usePasskeyOf } from "../platform/passkeys.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { CodeField, PasswordField, TextField } from "../ui/field.tsx";
import { Form } from "../ui/form.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Loaded } from "../ui/states.tsx";

/** Asks for a fresh proof when an act wants one; the act goes on by itself afterwards. */
export function StepUpDialog(): ReactNode {
  const { stepUp } = useServices();
  const isAsking = useSyncExternalStore(stepUp.subscribe, stepUp.isAsking);
  return isAsking ? <ProofDialog /> : null;
}

type Proof = { readonly password: string } | { readonly code: string } | { readonly recovery_code: string };

function ProofDialog(): ReactNode {
  const { client, queries, stepUp } = useServices();
  const { data: session } = useQuery(sessionQuery(client));
  const factors = useQuery(factorsQuery(client));
  const [wantsCode, setWantsCode] = useState(false);
  const [wantsRecovery, setWantsRecovery] = useState(false);
  // A password says nothing of a second factor that was not shown yet.
  const isOfFactor = session?.factor === "not_shown";
  const proven = ({
    csrf,
    fresh_until: freshUntil,
  }: {
    readonly fresh_until: string;
    readonly csrf?: string;
  }): void => {
    // The act goes on in the session that begins here: what it sends along has to be that one's.
    queries.setQueryData(sessionQuery(client).queryKey, (before) =>
      before === undefined
        ? before
        : {
            ...before,
            fresh_until: freshUntil,
            ...(csrf === undefined ? {} : { csrf }),
            ...(isOfFactor ? { factor: "shown" as const, must: null } : {}),
          },
    );
    stepUp.settle(true);
  };
  const prove = useAct((ask, proof: Proof) => ask.reauthenticate(proof), { onDone: proven });
  const passkey = useAct(
    async (ask) => {
      const { options } = await ask.reauthenticatePasskeyOptions();
      return ask.reauthenticateWithPasskey(await usePasskeyOf(options));
    },
    { onDone: proven },
  );
  const sso = useAct(async (ask) => {
    const { url } = await ask.reauthenticateWithSso(location.pathname + location.search);
    depart(url);
  });
  const isOfProvider = session?.session?.method === "saml" || session?.session?.method === "oidc";
  return (
    <Dialog title="Is it still you?" isNarrow onClose={() => stepUp.settle(false)}>
      <p className="soft">
        {isOfFactor
          ? "This account has a second factor, which this session has not shown yet."
          : "This act needs a proof of the last ten minutes. It goes on by itself afterwards."}
      </p>
      <FailureNotice failure={prove.failure ?? passkey.failure ?? sso.failure} />
      <Loaded query={factors} what="how you sign in" lines={2}>
        {({ passkeys, password, totp }) => (
          <div className="stack">
            {wantsRecovery ? (
              <ProofForm
                isBusy={prove.isBusy}
                onSend={(fields) => prove.run({ recovery_code: fields.text("recovery") })}
              >
                <TextField
                  name="recovery"
                  label="One of your recovery codes"
                  autoComplete="off"
                  required
                  autoFocus
                />
              </ProofForm>
            ) : password && !wantsCode && !isOfFactor ? (
              <ProofForm
                isBusy={prove.isBusy}
                onSend={(fields) => prove.run({ password: fields.raw("proof") })}
              >
                <PasswordField
                  name="proof"
                  label="Your password"
                  autoComplete="current-password"
                  required
                  autoFocus
                />
              </ProofForm>
            ) : totp ? (
              <ProofForm isBusy={prove.isBusy} onSend={(fields) => prove.run({ code: fields.text("code") })}>
                <CodeField label="Code from your authenticator" autoFocus />
              </ProofForm>
            ) : null}
            {passkeys > 0 && hasPasskeys() ? (
              <Button icon="finger" size="wide" isBusy={passkey.isBusy} onClick={() => passkey.run(null)}>
                Use a passkey
              </Button>
            ) : null}
            {isOfProvider ? (
              <>
                <Button icon="door" size="wide" isBusy={sso.isBusy} onClick={() => sso.run(null)}>
                  Confirm at your identity provider
                </Button>
                <p className="small soft">
                  It leads back to this page. What is typed here is lost: do the act again then.
                </p>
              </>
            ) : null}
            {isOfFactor ? (
              <Button look="quiet" size="small" onClick={() => setWantsRecovery(!wantsRecovery)}>
                {wantsRecovery ? "Use the second factor" : "Use a recovery code instead"}
              </Button>
            ) : null}
            {password && totp && !isOfFactor ? (
              <Button look="quiet" size="small" onClick={() => setWantsCode(!wantsCode)}>
                {wantsCode ? "Use the password" : "Use a code instead"}
              </Button>
            ) : null}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}

/** One field, and the button that gives it. */
function ProofForm(props: Parameters<typeof Form>[0] & { readonly isBusy: boolean }): ReactNode {
  return (
    <Form onSend={props.onSend}>
      {props.children}
      <Button type="submit" look="first" size="wide" isBusy={props.isBusy}>
        Confirm
      </Button>
    </Form>
  );
}
