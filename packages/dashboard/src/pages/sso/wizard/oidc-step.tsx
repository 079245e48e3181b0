import type { ConnectionChange, OidcConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { Button } from "../../../ui/button.tsx";
import { Form } from "../../../ui/form.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { OidcFields } from "../oidc-fields.tsx";
import type { Provider } from "../providers.ts";

/** OpenID Connect: everything else is found at the issuer. */
export function OidcStep(props: {
  readonly connection: OidcConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const { connection, provider } = props;
  const save = useAct(
    (client, change: ConnectionChange) => client.changeSsoConnection(connection.id, change),
    {
      changes: ["sso"],
      said: "Taken",
      onDone: props.onDone,
    },
  );
  return (
    <Panel
      title={`Paste what ${provider.name} gives you`}
      words="The server reads the rest at the issuer, and checks it now."
    >
      <Form
        onSend={(fields) => {
          const secret = fields.raw("client_secret");
          save.run({
            issuer: fields.text("issuer"),
            client_id: fields.text("client_id"),
            ...(secret === "" ? {} : { client_secret: secret }),
          });
        }}
      >
        <FailureNotice failure={save.failure} />
        <OidcFields
          issuer={connection.issuer}
          clientId={connection.client_id}
          example={provider.issuerExample}
        />
        <div className="row end">
          <Button type="submit" look="first" isBusy={save.isBusy}>
            Take this and go on
          </Button>
        </div>
      </Form>
    </Panel>
  );
}
