import type { SealingKey } from "./sealing-key.ts";

type Maybe<T> = T | Promise<T>;

/** Where keys come from. Both calls are made for each value, so a provider that asks someone remembers the answer. */
export interface KeyProvider {
  /**
   * The key that seals from now on.
   *
   * @throws SealingError `seal_key_unavailable` when there is none at hand.
   */
  current(): Maybe<SealingKey>;
  /**
   * A key by the id that an envelope names; null for one that was never heard of.
   *
   * @throws SealingError `seal_key_revoked` for one that must not be used again, `seal_key_unavailable` when nobody
   * answers now.
   */
  find(keyId: string): Maybe<SealingKey | null>;
}
