import type { Environment, EventKeyInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { eventKeysQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { now } from "../../platform/now.ts";
import { listed } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { isGood, TokenState } from "../../ui/token-state.tsx";
import { When } from "../../ui/when.tsx";

export function EventKeys({ environment }: { readonly environment: Environment }): ReactNode {
  const { client } = useServices();
  const query = useQuery(eventKeysQuery(client, environment.name));
  const mayManage = useMay("event_keys.manage");
  const [revoking, setRevoking] = useState<EventKeyInfo | null>(null);
  const revoke = useAct(
    (ask, reason: string) => ask.revokeEventKey(environment.name, revoking?.id ?? "", reason),
    { changes: ["event-keys"], said: "Key revoked", onDone: () => setRevoking(null) },
  );
  return (
    <Panel title={`Event keys of ${environment.label}`} words="With one of these, events are sent." isFlush>
      <Loaded query={query} what="event keys" lines={4}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon="key" title="No event key">
              Nobody can send events to {environment.label}. Make a key with{" "}
              <code>holdfast keys event new</code>.
            </Empty>
          ) : (
            <TableBox label="Event keys" folds>
              <thead>
                <tr>
                  <th scope="col">Key</th>
                  <th scope="col">State</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col" className="acts">
                    <span className="unseen">Acts</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => (
                  <tr key={key.id} className={isGood(key, now()) ? "" : "over"}>
                    <th scope="row">
                      {key.name} <code className="soft">{key.shown}</code>
                      <span className="sub">{rulesOf(key)}</span>
                    </th>
                    <td data-label="State">
                      <TokenState token={key} now={now()} />
                    </td>
                    <td data-label="Last used">
                      <When at={key.last_used_at} />
                      {key.last_used_from === null ? null : (
                        <span className="sub">from {key.last_used_from}</span>
                      )}
                    </td>
                    <td data-label="Ends">
                      <When at={key.expires_at} />
                    </td>
                    <td className="acts">
                      {mayManage && isGood(key, now()) ? (
                        <Button
                          size="small"
                          look="danger"
                          aria-label={`Revoke ${key.name}`}
                          onClick={() => setRevoking(key)}
                        >
                          Revoke
                        </Button>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </TableBox>
          )
        }
      </Loaded>
      {revoking === null ? null : (
        <ReasonDialog
          title={`Revoke ${revoking.name}?`}
          words={`Events that are sent with ${revoking.shown} are refused from now on. It cannot be undone.`}
          act={revoke}
          verb="Revoke"
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  );
}

/** What a key is cut down to, in words. */
function rulesOf(key: EventKeyInfo): string {
  const rules = [
    ...(key.allow_names === null ? [] : [`only ${listed(key.allow_names)}`]),
    ...(key.deny_names.length === 0 ? [] : [`not ${listed(key.deny_names)}`]),
    ...(key.allow_addresses === null ? [] : [`from ${listed(key.allow_addresses)}`]),
    ...(key.allow_origins === null ? [] : [`in pages of ${listed(key.allow_origins)}`]),
    ...(key.events_per_second === null ? [] : [`${key.events_per_second} a second`]),
  ];
  return rules.length === 0 ? "Any event, from anywhere" : rules.join(", ");
}
