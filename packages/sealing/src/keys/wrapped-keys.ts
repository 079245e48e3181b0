import type { SealingWorld } from "../platform/world.ts";
import { platformWorld } from "../platform/world.ts";
import { SealingError } from "../sealing-error.ts";
import type { KeyProvider } from "./key-provider.ts";
import { newSealingKey, SealingKey } from "./sealing-key.ts";

const HOUR_MS = 3_600_000;

/** A key service that wraps keys and unwraps them again, and never gives its own key away. */
export interface KeyWrapping {
  /** The label must be given to unwrap: services call it context, or associated data. */
  wrap(key: Uint8Array, label: string): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, label: string): Promise<Uint8Array>;
}

/** A master key as it is stored: useless without the service. */
export interface WrappedKey {
  readonly keyId: string;
  readonly wrapped: Uint8Array;
  readonly state: "active" | "decrypt-only" | "revoked";
}

/** Draws a new master key and has it wrapped. What is returned may be stored anywhere. */
export async function newWrappedKey(
  service: KeyWrapping,
  world: SealingWorld = platformWorld,
): Promise<WrappedKey> {
  const key = newSealingKey(world);
  return { keyId: key.id, wrapped: await service.wrap(key.reveal(), label(key.id)), state: "active" };
}

/**
 * Master keys that a key service unwraps when they are first needed, and again after `cacheMs` (an hour). While a key is
 * remembered, nobody asks the service.
 *
 * @throws SealingError `seal_key_unavailable` (retriable) from `current` and `find` while the service does not answer,
 * `seal_key_invalid` when it answers with another key.
 */
export function wrappedKeys(
  service: KeyWrapping,
  keys: readonly WrappedKey[],
  options: { readonly cacheMs?: number; readonly world?: SealingWorld } = {},
): KeyProvider {
  const { cacheMs = HOUR_MS, world = platformWorld } = options;
  const opened = new Map<string, { readonly until: number; readonly key: Promise<SealingKey> }>();

  const unwrap = async (stored: WrappedKey): Promise<SealingKey> => {
    const remembered = opened.get(stored.keyId);
    if (remembered !== undefined && world.now() < remembered.until) return remembered.key;
    const key = ask(service, stored);
    const entry = { until: world.now() + cacheMs, key };
    opened.set(stored.keyId, entry);
    try {
      return await key;
    } catch (error) {
      // The next value asks again; one that began to ask meanwhile keeps its own question.
      if (opened.get(stored.keyId) === entry) opened.delete(stored.keyId);
      throw error;
    }
  };

  return {
    async current() {
      const active = keys.find(({ state }) => state === "active");
      if (active !== undefined) return unwrap(active);
      throw new SealingError("seal_key_unavailable", "Cannot seal: none of the wrapped keys is active.");
    },
    async find(keyId) {
      const stored = keys.find((key) => key.keyId === keyId);
      if (stored === undefined) return null;
      if (stored.state !== "revoked") return unwrap(stored);
      const message = `Cannot open a value: the key ${keyId} that sealed it is revoked.`;
      throw new SealingError("seal_key_revoked", message, { keyId });
    },
  };
}

async function ask(service: KeyWrapping, { keyId, wrapped }: WrappedKey): Promise<SealingKey> {
  let bytes: Uint8Array;
  try {
    bytes = await service.unwrap(wrapped, label(keyId));
  } catch {
    // What the service says may name its own secrets; it has a log of its own.
    throw new SealingError(
      "seal_key_unavailable",
      `Cannot get key ${keyId}: the key service did not unwrap it.`,
      {
        keyId,
      },
    );
  }
  const key = new SealingKey(bytes);
  if (key.id === keyId) return key;
  throw new SealingError(
    "seal_key_invalid",
    `Cannot use key ${keyId}: the key service unwrapped ${key.id}.`,
    {
      keyId,
    },
  );
}

function label(keyId: string): string {
  return `holdfast/sealing/v1/master/${keyId}`;
}
