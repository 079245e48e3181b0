import type { ConnectionToMake } from "@holdfast/client";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { OidcFields } from "./oidc-fields.tsx";
import { PROVIDERS } from "./providers.ts";

/** The first step: with whom, and in which language. What is made is a draft; nobody signs in by it yet. */
export function NewConnectionDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<string>(PROVIDERS[0].id);
  const provider = PROVIDERS.find(({ id }) => id === chosen) ?? PROVIDERS[0];
  const [kind, setKind] = useState<"saml" | "oidc">("saml");
  const make = useAct(
    async (client, connection: ConnectionToMake) => {
      const made = await client.createSsoConnection(connection);
      // As this provider sends them; whoever maps sees them and may change them.
      return made.kind === "saml"
        ? client.changeSsoConnection(made.id, { attributes: provider.attributes })
        : made;
    },
    {
      changes: ["sso"],
      onDone: ({ id }) =>
        void navigate({ to: "/sso/$id", params: { id }, search: { step: "give", provider: provider.id } }),
    },
  );
  return (
    <Dialog title="Add a connection" onClose={onClose}>
      <Form
        onSend={(fields) => {
          const name = fields.text("name");
          const secret = fields.raw("client_secret");
          make.run(
            kind === "saml"
              ? { kind, name }
              : {
                  kind,
                  name,
                  issuer: fields.text("issuer"),
                  client_id: fields.text("client_id"),
                  ...(secret === "" ? {} : { client_secret: secret }),
                },
          );
        }}
      >
        <FailureNotice failure={make.failure} />
        <fieldset className="field">
          <legend>Identity provider</legend>
          <div className="cards">
            {PROVIDERS.map(({ id, name }) => (
              <label key={id} className="card">
                <input
                  type="radio"
                  name="provider"
                  value={id}
                  checked={id === chosen}
                  onChange={() => setChosen(id)}
                />
                <strong>{name}</strong>
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset className="field">
          <legend>Language</legend>
          <div className="cards two">
            <label className="card">
              <input type="radio" name="kind" checked={kind === "saml"} onChange={() => setKind("saml")} />
              <strong>SAML 2.0</strong>
              <span className="small soft">By metadata and certificates</span>
            </label>
            <label className="card">
              <input type="radio" name="kind" checked={kind === "oidc"} onChange={() => setKind("oidc")} />
              <strong>OpenID Connect</strong>
              <span className="small soft">Four fields, keys change by themselves</span>
            </label>
          </div>
        </fieldset>
        <TextField
          key={provider.id}
          name="name"
          label="Name"
          hint="People read it on the sign-in page."
          defaultValue={provider.id === "other" ? "" : provider.name}
          maxLength={60}
          required
        />
        {kind === "oidc" ? (
          <OidcFields issuer={null} clientId={null} example={provider.issuerExample} />
        ) : null}
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={make.isBusy}>
            Continue
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
