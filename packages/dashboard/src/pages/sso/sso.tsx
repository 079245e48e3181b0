import type { SsoConnection } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useState } from "react";
import { connectionsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { now } from "../../platform/now.ts";
import { urgencyOf } from "../../text/times.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Head } from "../../ui/head.tsx";
import { TableBox } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { ConnectionStateBadge } from "./connection-state.tsx";
import { Domains } from "./domains.tsx";
import { NewConnectionDialog } from "./new-connection-dialog.tsx";
import { PolicyPanel } from "./policy-panel.tsx";

export function SsoPage(): ReactNode {
  const { client } = useServices();
  const query = useQuery(connectionsQuery(client));
  const mayManage = useMay("sso.manage");
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button look="first" icon="plus" onClick={() => setAdding(true)}>
      Add a connection
    </Button>
  );
  return (
    <div className="stack loose">
      <div>
        <Head
          title="Single sign-on"
          words="Identity providers at which people sign in, by SAML or OpenID Connect."
          acts={mayManage && (query.data?.length ?? 0) > 0 ? add : null}
        />
        <div className="panel flush">
          <Loaded query={query} what="connections" lines={3}>
            {(connections) =>
              connections.length === 0 ? (
                <Empty icon="door" title="No connection yet" act={mayManage ? add : null}>
                  Once there is one, people of its domains sign in where they always do. Until then they use
                  passwords and passkeys.
                </Empty>
              ) : (
                <ConnectionTable connections={connections} />
              )
            }
          </Loaded>
        </div>
      </div>
      {(query.data?.length ?? 0) > 0 ? (
        <Domains connections={query.data ?? []} isReadOnly={!mayManage} />
      ) : null}
      <PolicyPanel isReadOnly={!mayManage} />
      {isAdding ? <NewConnectionDialog onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

function ConnectionTable({ connections }: { readonly connections: readonly SsoConnection[] }): ReactNode {
  return (
    <TableBox label="Connections" folds>
      <thead>
        <tr>
          <th scope="col">Connection</th>
          <th scope="col">State</th>
          <th scope="col">Domains</th>
          <th scope="col">Certificate ends</th>
          <th scope="col">Last sign-in</th>
        </tr>
      </thead>
      <tbody>
        {connections.map((connection) => (
          <tr key={connection.id} className="link">
            <th scope="row">
              <Link to="/sso/$id" params={{ id: connection.id }} className="whole">
                {connection.name}
              </Link>
              <span className="sub">{connection.kind === "saml" ? "SAML 2.0" : "OpenID Connect"}</span>
            </th>
            <td data-label="State">
              <ConnectionStateBadge state={connection.state} />
            </td>
            <td data-label="Domains">
              {connection.domains.length === 0 ? (
                <span className="soft">none</span>
              ) : (
                connection.domains.join(", ")
              )}
            </td>
            <td data-label="Certificate ends">
              <CertificateEnd connection={connection} />
            </td>
            <td data-label="Last sign-in">
              <When at={connection.attempts.find(({ outcome }) => outcome === "success")?.at ?? null} />
            </td>
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

function CertificateEnd({ connection }: { readonly connection: SsoConnection }): ReactNode {
  if (connection.kind === "oidc") return <span className="soft">by itself</span>;
  const ends = (connection.identity_provider?.certificates ?? [])
    .filter(({ state }) => state === "active")
    .map((certificate) => certificate.not_after)
    .toSorted();
  const end = ends.at(-1);
  if (end === undefined) return <span className="soft">none yet</span>;
  const urgency = urgencyOf(end, now());
  if (urgency === "none") return <When at={end} />;
  return (
    <Badge tone={urgency === "soon" ? "warn" : "bad"} icon="warn">
      <When at={end} />
    </Badge>
  );
}
