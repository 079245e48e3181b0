import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { Domains } from "../domains.tsx";
import { Attempts } from "./attempts.tsx";
import { Certificates } from "./certificates.tsx";
import { ConnectionEnd } from "./connection-end.tsx";
import { OptionsPanel } from "./options-panel.tsx";
import { OwnKeys } from "./own-keys.tsx";
import { ScimPanel } from "./scim-panel.tsx";

/** What keeps a connection well, and what became of those who tried it. */
export function HealthStep(props: {
  readonly connection: SsoConnection;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { connection, isReadOnly } = props;
  return (
    <div className="stack loose">
      {connection.kind === "saml" ? (
        <>
          <Certificates connection={connection} isReadOnly={isReadOnly} />
          <OwnKeys connection={connection} isReadOnly={isReadOnly} />
        </>
      ) : null}
      <Domains connections={[connection]} isReadOnly={isReadOnly} />
      <Attempts attempts={connection.attempts} />
      <ScimPanel connection={connection} isReadOnly={isReadOnly} />
      {connection.kind === "saml" && !isReadOnly ? <OptionsPanel connection={connection} /> : null}
      {isReadOnly ? null : <ConnectionEnd connection={connection} />}
    </div>
  );
}
