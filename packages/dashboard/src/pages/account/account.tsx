import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { factorsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useSession } from "../../data/session.ts";
import { placeWords, roleLabel } from "../../text/grants.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Head } from "../../ui/head.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Authenticator } from "./authenticator.tsx";
import { OwnSessions } from "./own-sessions.tsx";
import { Passkeys } from "./passkeys.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import { RecoveryPanel } from "./recovery-panel.tsx";

/** One's own account. Also the one page of those who still owe a second factor. */
export function AccountPage(): ReactNode {
  const { client, stepUp } = useServices();
  const { grants = [], must, person } = useSession();
  const factors = useQuery(factorsQuery(client));
  return (
    <div className="stack loose narrow">
      <div>
        <Head title="Your account" words={person?.email} />
        {must === "enrol_second_factor" ? (
          <Notice tone="warn" title="Your role needs a second factor">
            <p>Add a passkey or an authenticator below. Everything else opens as soon as you have one.</p>
          </Notice>
        ) : null}
        {must === "show_second_factor" ? (
          <Notice tone="warn" title="Your role needs your second factor">
            <p>You came in by a password alone. Everything else opens as soon as you have shown the other.</p>
            <div className="row">
              <Button look="first" onClick={() => void stepUp.ask()}>
                Show it
              </Button>
            </div>
          </Notice>
        ) : null}
      </div>
      <Panel title="What you may do">
        {grants.length === 0 ? (
          <p className="soft">Nothing yet. An owner or an admin of this installation can change that.</p>
        ) : (
          <ul className="stack tight">
            {grants.map(({ environments, payloads, role }, index) => (
              <li key={index} className="row">
                <strong>{roleLabel(role)}</strong>
                <span className="soft">{placeWords(environments)}</span>
                {payloads ? <Badge>Sees payloads</Badge> : null}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Loaded query={factors} what="how you sign in" lines={6}>
        {({ password, recovery_codes_left: left, totp }) => (
          <>
            <Passkeys />
            <Authenticator isSetUp={totp} />
            {/* The server opens the rest once there is a second factor. */}
            {password && must == null ? <PasswordPanel email={person?.email ?? ""} /> : null}
            {must == null ? <RecoveryPanel left={left} /> : null}
          </>
        )}
      </Loaded>
      {must == null ? <OwnSessions /> : null}
    </div>
  );
}
