import type { Environment, EventKeyInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { eventKeysQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { listed } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TokenTable } from "../../ui/token-table.tsx";
import { NewEventKeyDialog } from "./new-event-key-dialog.tsx";

export function EventKeys({ environment }: { readonly environment: Environment }): ReactNode {
  const { client } = useServices();
  const query = useQuery(eventKeysQuery(client, environment.name));
  const mayManage = useMay("event_keys.manage");
  const [isAdding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<EventKeyInfo | null>(null);
  const revoke = useAct(
    (ask, reason: string) => ask.revokeEventKey(environment.name, revoking?.id ?? "", reason),
    { changes: ["event-keys"], said: "Key revoked", onDone: () => setRevoking(null) },
  );
  const add = (
    <Button size="small" icon="plus" onClick={() => setAdding(true)}>
      New event key
    </Button>
  );
  return (
    <Panel
      title={`Event keys of ${environment.label}`}
      words="With one of these, events are sent."
      acts={mayManage && (query.data?.length ?? 0) > 0 ? add : null}
      isFlush
    >
      <Loaded query={query} what="event keys" lines={4}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon="key" title="No event key" act={mayManage ? add : null}>
              Nobody can send events to {environment.label}.
            </Empty>
          ) : (
            <TokenTable
              label="Event keys"
              kind="Key"
              tokens={keys}
              name={(key) => (
                <>
                  {key.name} <code className="soft">{key.shown}</code>
                </>
              )}
              limits={rulesOf}
              usedFrom={(key) => key.last_used_from}
              revoke={mayManage ? { words: ({ name }) => `Revoke ${name}`, ask: setRevoking } : null}
            />
          )
        }
      </Loaded>
      {isAdding ? <NewEventKeyDialog environment={environment} onClose={() => setAdding(false)} /> : null}
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
