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
import { PROVIDERS } from "./providers.ts";

/** The first step: with whom, and in which language. What is made is a draft; nobody signs in by it yet. */
export function NewConnectionDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<string>(PROVIDERS[0].id);
  const provider = PROVIDERS.find(({ id }) => id === chosen) ?? PROVIDERS[0];
  const make = useAct((client, connection: ConnectionToMake) => client.createSsoConnection(connection), {
    changes: ["sso"],
    onDone: ({ id }) =>
      void navigate({ to: "/sso/$id", params: { id }, search: { step: "give", provider: provider.id } }),
  });
  return (
    <Dialog title="Add a connection" onClose={onClose}>
      <Form
        onSend={(fields) => {
          const kind = fields.text("kind") === "oidc" ? "oidc" : "saml";
          make.run({
            kind,
            name: fields.text("name"),
            ...(kind === "saml" ? { attributes: provider.attributes } : {}),
          });
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
              <input type="radio" name="kind" value="saml" defaultChecked />
              <strong>SAML 2.0</strong>
              <span className="small soft">By metadata and certificates</span>
            </label>
            <label className="card">
              <input type="radio" name="kind" value="oidc" />
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
