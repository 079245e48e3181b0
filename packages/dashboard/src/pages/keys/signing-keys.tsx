import type { Environment } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { rotationQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { listed } from "../../text/grants.ts";
import { Badge } from "../../ui/badge.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";

const STATES = {
  pending: { tone: "accent", words: "Rolling out" },
  active: { tone: "good", words: "Signs" },
  retiring: { tone: "warn", words: "Still accepted" },
  revoked: { tone: "plain", words: "Revoked" },
} as const;

/** Signing keys, and how far a rotation is. They are changed by the command line, which holds the apps' side too. */
export function SigningKeys({ environment }: { readonly environment: Environment }): ReactNode {
  const { client } = useServices();
  const query = useQuery(rotationQuery(client, environment.name));
  return (
    <Panel
      title={`Signing keys of ${environment.label}`}
      words="By them apps and this server know each other. Rotate them with holdfast keys signing rotate."
      isFlush
    >
      <Loaded query={query} what="signing keys" lines={3}>
        {({ keys, waiting_for: waiting }) => (
          <>
            {waiting.length === 0 ? null : (
              <Notice tone="warn" title="A rotation waits for apps">
                <p>{listed(waiting.map(({ app }) => app))} did not show the new key yet.</p>
              </Notice>
            )}
            {keys.length === 0 ? (
              <Empty icon="key" title="No signing key">
                This environment signs nothing.
              </Empty>
            ) : (
              <TableBox label="Signing keys" folds>
                <thead>
                  <tr>
                    <th scope="col">Key</th>
                    <th scope="col">State</th>
                    <th scope="col">Made</th>
                    <th scope="col">Last used</th>
                  </tr>
                </thead>
                <tbody>
                  {keys.map((key) => (
                    <tr key={key.id} className={key.state === "revoked" ? "over" : ""}>
                      <th scope="row">
                        <code>{key.prefix}…</code>
                        <span className="sub mono">{key.id}</span>
                      </th>
                      <td data-label="State">
                        <Badge tone={STATES[key.state].tone}>{STATES[key.state].words}</Badge>
                      </td>
                      <td data-label="Made">
                        <When at={key.created_at} />
                        <span className="sub">{key.origin}</span>
                      </td>
                      <td data-label="Last used">
                        <When at={key.last_used_at} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </TableBox>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
