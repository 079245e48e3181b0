/** Where a secret is kept. It opens only there: a sealed text that was moved is refused. */
export interface SecretPlace {
  /** Kind of the record, such as `signing-key`. */
  readonly kind: string;
  /** Id of the record. */
  readonly id: string;
  /** Member of the record. */
  readonly field: string;
}

/**
 * Secrets at rest of one environment, or of the installation: sealed under a data key, which is itself wrapped by the
 * master key. Opened once, it seals and opens without waiting.
 */
export interface Vault {
  /** Seals a secret for its place: `v1.<data key id>.<nonce>.<ciphertext and tag>`, base64url parts (AES-256-GCM). */
  seal(secret: string, place: SecretPlace): string;
  /** @throws HoldfastError `secret_unreadable` when it was changed, moved, or its data key is gone. Never quotes it. */
  open(sealed: string, place: SecretPlace): string;
}

/** What wraps data keys: a key in a file, in the environment, from a command, or in a key management service. */
export interface MasterKey {
  /** 8 hex digits that name it, and say nothing about it. */
  readonly id: string;
  wrap(dataKey: Uint8Array, about: string): Promise<string>;
  /** @throws HoldfastError `secret_unreadable` */
  unwrap(wrapped: string, about: string): Promise<Uint8Array>;
}
