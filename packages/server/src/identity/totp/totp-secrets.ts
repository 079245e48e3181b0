import type { Vault } from "#vault";

/** Secrets of authenticator apps, sealed where they are kept. */
export interface TotpSecrets {
  seal(person: string, secret: Uint8Array): string;
  /** @throws HoldfastError `secret_unreadable` */
  open(person: string, sealed: string): Uint8Array;
}

export function createTotpSecrets(vault: Vault): TotpSecrets {
  const place = (id: string) => ({ kind: "credentials", id, field: "totp" }) as const;
  return {
    seal: (person, secret) => vault.seal(Buffer.from(secret).toString("hex"), place(person)),
    open: (person, sealed) => Buffer.from(vault.open(sealed, place(person)), "hex"),
  };
}
