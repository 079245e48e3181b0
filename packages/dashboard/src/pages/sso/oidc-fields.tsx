import type { ReactNode } from "react";
import { PasswordField, TextField } from "../../ui/field.tsx";

/** Three of the four fields of OpenID Connect; the fourth is the redirect URI, which is ours to give. */
export function OidcFields(props: {
  readonly issuer: string | null;
  readonly clientId: string | null;
  readonly example: string;
}): ReactNode {
  return (
    <>
      <TextField
        name="issuer"
        type="url"
        label="Issuer"
        placeholder={props.example}
        hint="Without /.well-known at its end."
        defaultValue={props.issuer ?? ""}
        spellCheck={false}
        required
      />
      <TextField
        name="client_id"
        label="Client ID"
        hint={
          props.clientId === null
            ? "Register a web application there first; its redirect URI comes in the next step."
            : undefined
        }
        defaultValue={props.clientId ?? ""}
        spellCheck={false}
        autoComplete="off"
        required
      />
      <PasswordField
        name="client_secret"
        label="Client secret"
        hint={
          props.clientId === null
            ? "It is kept sealed, and never shown again."
            : "Leave it empty to keep the one that is there."
        }
        autoComplete="off"
        required={props.clientId === null}
      />
    </>
  );
}
