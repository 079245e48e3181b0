import type { ServiceAccountInfo, ServiceTokenToMake } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { rolesQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AreaField, SelectField, TextField, Tick } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";

const LIVES = [
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
  { value: "365d", label: "One year" },
] as const;

/** A token for a service account, and what it is cut down to. Its text is shown once. */
export function NewTokenDialog(props: {
  readonly account: ServiceAccountInfo;
  readonly onClose: () => void;
}): ReactNode {
  const { account, onClose } = props;
  const { client } = useServices();
  const { data: table = [] } = useQuery(rolesQuery(client));
  const make = useAct((ask, token: ServiceTokenToMake) => ask.createServiceToken(account.id, token), {
    changes: ["service-accounts"],
  });
  if (make.result !== undefined)
    return (
      <ShownOnce
        title="The new token"
        label="Token"
        secret={make.result.secret}
        hint="Sent as Authorization: Bearer, never in an address."
        onClose={onClose}
      />
    );
  const permissions = table.filter((row) => row[account.role] !== null).map(({ permission }) => permission);
  return (
    <Dialog title={`New token of ${account.name}`} onClose={onClose}>
      <Form
        onSend={(fields) => {
          const addresses = fields
            .text("addresses")
            .split(/[\s,]+/)
            .filter((part) => part !== "");
          const scopes = fields.all("scopes");
          make.run({
            name: fields.text("name"),
            expires: fields.text("expires"),
            ...(addresses.length === 0 ? {} : { addresses }),
            ...(scopes.length === 0 ? {} : { scopes }),
          });
        }}
      >
        <FailureNotice failure={make.failure} />
        <TextField
          name="name"
          label="Name"
          hint="Where it will live."
          autoComplete="off"
          maxLength={60}
          required
          autoFocus
        />
        <SelectField name="expires" label="Ends after" options={LIVES} defaultValue="90d" />
        <details>
          <summary>Cut it down</summary>
          <div className="stack after-summary">
            <AreaField
              name="addresses"
              label="Only from these networks"
              placeholder="203.0.113.0/24"
              hint="One a line. Empty: from anywhere."
              rows={2}
            />
            <fieldset className="field">
              <legend>Only these permissions</legend>
              <p className="hint">None ticked: all that {account.name} may do.</p>
              <div className="ticks">
                {permissions.map((permission) => (
                  <Tick key={permission} name="scopes" value={permission} label={permission} />
                ))}
              </div>
            </fieldset>
          </div>
        </details>
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={make.isBusy}>
            Make the token
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
