import type { ConnectionChange, SamlConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { Button } from "../../../ui/button.tsx";
import { AreaField, TextField } from "../../../ui/field.tsx";
import { Form } from "../../../ui/form.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import type { Provider } from "../providers.ts";

export function ByHand(props: {
  readonly connection: SamlConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const { paste } = props.provider;
  const known = props.connection.identity_provider;
  const save = useAct(
    (client, change: ConnectionChange) => client.changeSsoConnection(props.connection.id, change),
    { changes: ["sso"], said: "Taken", onDone: props.onDone },
  );
  return (
    <Form
      onSend={(fields) =>
        save.run({
          identity_provider: {
            entity_id: fields.text("entity_id"),
            sso_url: fields.text("sso_url"),
            certificate: fields.text("certificate"),
          },
        })
      }
    >
      <FailureNotice failure={save.failure} />
      <TextField
        name="entity_id"
        label={paste.entityId}
        defaultValue={known?.entity_id ?? ""}
        spellCheck={false}
        required
      />
      <TextField
        name="sso_url"
        type="url"
        label={paste.ssoUrl}
        defaultValue={known?.sso_url ?? ""}
        spellCheck={false}
        required
      />
      <AreaField
        name="certificate"
        label={paste.certificate}
        hint="With or without its BEGIN and END lines. Signatures by SHA-1 are refused."
        placeholder="-----BEGIN CERTIFICATE-----"
        required
      />
      <div className="row end">
        <Button type="submit" look="first" isBusy={save.isBusy}>
          Take this and go on
        </Button>
      </div>
    </Form>
  );
}
