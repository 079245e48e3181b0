/** Keys of the published format: texts of any kind, from which keys are made by one hash. */
export interface CompatibleKeys {
  /** Seals, and is tried first. */
  readonly key: string;
  /** Tried in order after `key`: the format does not say which key sealed. */
  readonly fallbackDecryptionKeys?: readonly string[];
  /** Opens the format's older form, too, whose ciphertexts are not authenticated. It is never written. */
  readonly acceptV0?: boolean;
}
