import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { InvitationLook } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { useServices } from "../../data/services.ts";
import { takeFragment } from "../../platform/fragment.ts";
import { failureOf } from "../../text/failure.ts";
import { grantWords } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Bones } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { Door } from "./door.tsx";
import { NewPassword } from "./new-password.tsx";
import { RecoveryCodesOnce } from "./recovery-codes.tsx";

/** Taking an invitation, by the link that came with it. */
export function JoinPage(): ReactNode {
  const { client } = useServices();
  const [token] = useState(takeFragment);
  const look = useQuery({
    // The token stays out of the key, which tools show.
    queryKey: ["invitation"],
    queryFn: () => client.lookAtInvitation(token ?? ""),
    enabled: token !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token === null)
    return (
      <Door title="This page needs your invitation">
        <Notice tone="warn" title="The link is not whole">
          <p>
            Open the link exactly as it was sent to you. It is good once: after you joined, sign in instead.
          </p>
        </Notice>
        <a className="button" href="/sign-in">
          Sign in
        </a>
      </Door>
    );
  if (look.isError)
    return (
      <Door title="This invitation opens nothing">
        <FailureNotice failure={failureOf(look.error)} />
      </Door>
    );
  if (look.data === undefined) return <Bones what="your invitation" />;
  return <Invitation look={look.data} token={token} />;
}

function Invitation(props: { readonly look: InvitationLook; readonly token: string }): ReactNode {
  const { queries } = useServices();
  const navigate = useNavigate();
  const { email, environments, expires_at: expiresAt, instance, role, sso } = props.look;
  const accept = useAct((client, given: { readonly name: string; readonly password?: string }) =>
    client.acceptInvitation({ token: props.token, ...given }),
  );
  const done = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["session"] });
    await navigate({ to: "/" });
  };
  if (accept.result !== undefined && accept.result.recovery_codes.length > 0)
    return (
      <Door title="Your recovery codes" isWide>
        <div className="panel">
          <RecoveryCodesOnce
            codes={accept.result.recovery_codes}
            instance={instance}
            goOn="Go to the dashboard"
            onDone={() => void done()}
          />
        </div>
      </Door>
    );
  return (
    <Door
      title={`Join ${instance}`}
      words={`You were invited as ${grantWords({ role, environments, payloads: false })}.`}
    >
      <div className="panel">
        <Form
          onSend={(fields) =>
            accept.run({ name: fields.text("name"), ...(sso ? {} : { password: fields.raw("password") }) })
          }
        >
          <FailureNotice failure={accept.failure} />
          <TextField
            label="E-mail address"
            type="email"
            value={email}
            readOnly
            autoComplete="username"
            hint="The invitation is bound to it."
          />
          <TextField name="name" label="Your name" autoComplete="name" maxLength={120} required autoFocus />
          {sso ? (
            <Notice>
              <p>You sign in at your organisation’s identity provider, and need no password here.</p>
            </Notice>
          ) : (
            <NewPassword />
          )}
          <Button type="submit" look="first" size="wide" isBusy={accept.isBusy}>
            Join
          </Button>
          <p className="small soft">
            The invitation ends <When at={expiresAt} />.
          </p>
        </Form>
      </div>
    </Door>
  );
}
