import type { DomainInfo, SsoConnection } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { domainsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Given } from "../../ui/given.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";

const CHANGES = ["domains", "sso"] as const;

/** Domains whose addresses sign in at a connection. Each is proved by a record that only its owner can write. */
export function Domains(props: {
  readonly connections: readonly Pick<SsoConnection, "id" | "name">[];
  readonly isReadOnly: boolean;
}): ReactNode {
  const { client } = useServices();
  const query = useQuery(domainsQuery(client));
  const [isAdding, setAdding] = useState(false);
  const ids = new Set(props.connections.map(({ id }) => id));
  return (
    <Panel
      title="Domains"
      words="Whose addresses are sent to which connection. A domain counts once its record was seen."
      acts={
        props.isReadOnly ? null : (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add
          </Button>
        )
      }
    >
      <Loaded query={query} what="domains" lines={2}>
        {(domains) => {
          const shown = domains.filter(({ connection }) => ids.has(connection));
          if (shown.length === 0)
            return <p className="soft">None yet: nobody is sent to an identity provider by their address.</p>;
          return (
            <ul className="stack">
              {shown.map((domain) => (
                <DomainItem
                  key={domain.domain}
                  domain={domain}
                  connection={props.connections.find(({ id }) => id === domain.connection)?.name ?? ""}
                  isReadOnly={props.isReadOnly}
                />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {isAdding ? <AddDialog connections={props.connections} onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

function DomainItem(props: {
  readonly domain: DomainInfo;
  readonly connection: string;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { domain, record_name: recordName, record_value: recordValue, state } = props.domain;
  const verify = useAct((client) => client.verifyDomain(domain), { changes: CHANGES });
  const remove = useAct((client) => client.removeDomain(domain), {
    changes: CHANGES,
    said: `${domain} removed`,
  });
  const isVerified = state === "verified";
  return (
    <li className="stack">
      <div className="row apart">
        <div className="row grow">
          <strong>{domain}</strong>
          <span className="soft">→ {props.connection}</span>
          {isVerified ? (
            <Badge tone="good" icon="check">
              Verified
            </Badge>
          ) : (
            <Badge tone="warn" icon="clock">
              {state === "failing" ? "Record gone" : "Waiting for the record"}
            </Badge>
          )}
        </div>
        {props.isReadOnly ? null : (
          <div className="row">
            {isVerified ? null : (
              <Button
                size="small"
                aria-label={`Look now for the record of ${domain}`}
                isBusy={verify.isBusy}
                onClick={() => verify.run(null)}
              >
                Look now
              </Button>
            )}
            <Button
              size="small"
              look="danger"
              aria-label={`Remove ${domain}`}
              isBusy={remove.isBusy}
              onClick={() => remove.run(null)}
            >
              Remove
            </Button>
          </div>
        )}
      </div>
      <FailureNotice failure={verify.failure ?? remove.failure} />
      {verify.result?.state === "pending" ? (
        <p className="small soft" role="status">
          The record is not there yet. Name servers may take an hour to tell one another.
        </p>
      ) : null}
      {isVerified ? null : (
        <div className="grid two">
          <Given label="TXT record: name" value={recordName} />
          <Given label="TXT record: value" value={recordValue} />
        </div>
      )}
    </li>
  );
}

function AddDialog(props: {
  readonly connections: readonly Pick<SsoConnection, "id" | "name">[];
  readonly onClose: () => void;
}): ReactNode {
  const add = useAct(
    (client, given: { readonly domain: string; readonly connection: string }) =>
      client.addDomain(given.domain, given.connection),
    { changes: CHANGES, onDone: props.onClose },
  );
  return (
    <Dialog title="Add a domain" isNarrow onClose={props.onClose}>
      <Form
        onSend={(fields) => add.run({ domain: fields.text("domain"), connection: fields.text("connection") })}
      >
        <FailureNotice failure={add.failure} />
        <TextField
          name="domain"
          label="Domain"
          placeholder="example.org"
          hint="As it stands behind the @ of addresses."
          autoCapitalize="off"
          spellCheck={false}
          required
          autoFocus
        />
        {props.connections.length === 1 ? (
          <input type="hidden" name="connection" value={props.connections[0]?.id} />
        ) : (
          <SelectField
            name="connection"
            label="Connection"
            options={props.connections.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
        <div className="ends">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={add.isBusy}>
            Add
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
