import type { WireError } from "@holdfast/protocol";
import {
  HoldfastError,
  isSealedError,
  readSealedData,
  readSealedText,
  SEALED_MEMBER,
} from "@holdfast/protocol";
import type { EventData, Middleware, PayloadPosition } from "holdfast";
import { PublishedBox } from "../compatible/published-box.ts";
import { SERVER_MEMBER } from "../format/envelope-text.ts";
import type { SealingWorld } from "../platform/world.ts";
import { platformWorld } from "../platform/world.ts";
import { parseKeyPair } from "../senders/key-pair.ts";
import { BoundStage } from "./bound-stage.ts";
import type { SealingOptions } from "./sealing-options.ts";
import { policyOf } from "./sealing-options.ts";
import { carriedPosition, Vault } from "./vault.ts";

/** Sealing as middleware, with what apps do beside it. */
export interface Sealing extends Middleware {
  /**
   * A blind index, as `blind` writes it: for conditions such as `event.data.customerIdIndex == "…"`. `field` is the name
   * of the sealed member, not that of the index.
   */
  index(field: string, value: unknown): Promise<string>;
  /**
   * A stored value, sealed anew with the active key for the same place: for moving stored values from one key to another.
   * Takes an envelope, sealed data, or a sealed error.
   *
   * @throws SealingError as opening it does; HoldfastError `request_invalid` for anything that is not sealed.
   */
  reseal(value: unknown, at: PayloadPosition): Promise<unknown>;
}

/**
 * End-to-end encryption as the SDK's payload stage: everything that leaves the app is sealed with a key that the server
 * does not have and bound to its place, and nothing else is taken back.
 *
 * @throws HoldfastError `config_invalid` for options that cannot be meant; SealingError `seal_key_invalid` for a key pair
 * that is none.
 *
 * @example
 * ```ts
 * new Holdfast({ id: "shop", middleware: [sealing({ keys: environmentKeys(), environment: "production" })] })
 * ```
 */
export function sealing(options: SealingOptions, world: SealingWorld = platformWorld): Sealing {
  const policy = policyOf(options);
  const published = options.published === undefined ? null : new PublishedBox(options.published, world);
  const vault = new Vault({
    keys: options.keys,
    pairs: (options.receives?.keyPairs ?? []).map((text) => parseKeyPair(text)),
    world,
    padding: options.padding ?? "padme",
  });
  const stage = new BoundStage(vault, policy, published, () => world.now());
  return {
    id: "holdfast/sealing",
    payloads: () => stage,
    index: async (field, value) => stage.index(field, value, policy.environment ?? ""),
    reseal: async (value, at) => reseal(stage, value, at),
  };
}

async function reseal(stage: BoundStage, value: unknown, at: PayloadPosition): Promise<unknown> {
  if (isSealedError(value)) {
    // It was just seen to be an error as it travels.
    return stage.sealError(await stage.openError(value as WireError, at), at);
  }
  if (readSealedData(value) === null) {
    throw new HoldfastError("request_invalid", "Cannot seal the value anew: it is not sealed.");
  }
  // It was just seen to be an object that holds a sealed text.
  const data = value as EventData;
  if (!isData(data)) return stage.seal(await stage.open(data, at), at);
  const { data: opened, replyTo } = await stage.openData(data, at);
  const { [SERVER_MEMBER]: ofServer, ...own } = opened;
  const sealed = await stage.sealData(own, at, replyTo);
  return ofServer === undefined ? sealed : { ...sealed, [SERVER_MEMBER]: ofServer };
}

function isData(value: EventData): boolean {
  const text = readSealedText(value[SEALED_MEMBER]);
  return text !== null && carriedPosition(text).form === "data";
}
