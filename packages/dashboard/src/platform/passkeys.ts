import type { WebAuthnJson } from "@holdfast/client";

/** Whether this browser can make and use passkeys here: it needs TLS, or this very machine. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
  );
}

/** @throws DOMException `NotAllowedError` when the person declines */
export async function createPasskey(options: WebAuthnJson): Promise<WebAuthnJson> {
  // The server writes them in the form that this parser takes.
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return json(await navigator.credentials.create({ publicKey }));
}

/** @throws DOMException `NotAllowedError` when the person declines */
export async function usePasskeyOf(options: WebAuthnJson): Promise<WebAuthnJson> {
  // As above.
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return json(await navigator.credentials.get({ publicKey }));
}

function json(credential: Credential | null): WebAuthnJson {
  if (!(credential instanceof PublicKeyCredential))
    throw new DOMException("No passkey was chosen.", "NotAllowedError");
  // What it gives is JSON by its definition.
  return { ...credential.toJSON() };
}
