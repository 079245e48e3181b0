/** A way to seal bytes, as the limits measure it: a fresh nonce, associated data, and nothing around it. */
export interface Cipher {
  readonly name: string;
  seal(plain: Uint8Array): unknown;
}

/** What every cipher is given beside the bytes: about as much as a position is. */
export const ASSOCIATED_BYTES = 200;
