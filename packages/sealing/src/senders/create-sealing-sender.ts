import { SEALED_MEMBER } from "@holdfast/protocol";
import type { EventData } from "holdfast";
import { associatedBytes, envelopeHead } from "../format/envelope-text.ts";
import type { Padding } from "../format/padding.ts";
import { paddedText } from "../format/padding.ts";
import { boundPosition } from "../format/position-rules.ts";
import { toBase64url } from "../platform/base64url.ts";
import { SealingError } from "../sealing-error.ts";
import { assertClearNames, splitData } from "../stage/split-data.ts";
import { parsePublicKey } from "./key-pair.ts";
import { sealForPair } from "./public-box.ts";

export interface SealingSenderOptions {
  /** `hfsealpub_…`, as whoever opens the events gave it. */
  readonly publicKey: string;
  /** The key's id, when the key comes over a way that others could change: any other key is refused. */
  readonly keyId?: string;
  /** As the readers name it. */
  readonly environment: string;
  /** Members of `data` that stay in clear, for routing. */
  readonly clear?: readonly string[];
  readonly padding?: Padding;
}

/** Seals the data of events, and can open nothing. */
export interface SealingSender {
  /** Give the event the same `id` and `name` when it is sent: the seal is bound to both. */
  seal(event: { readonly name: string; readonly id: string; readonly data: EventData }): Promise<EventData>;
}

/**
 * For a browser or a partner, who may write events and read none: HPKE (RFC 9180) to a public key. Whoever has the public
 * key can write such events, the server among them: what they say is secret, and not proven to be anyone's.
 *
 * @throws SealingError `seal_key_invalid` for text that is no public key, or is another one than `keyId` names.
 */
export function createSealingSender(options: SealingSenderOptions): SealingSender {
  const { environment, clear = [], padding = "padme" } = options;
  const key = parsePublicKey(options.publicKey);
  if (options.keyId !== undefined && options.keyId !== key.id) {
    throw new SealingError(
      "seal_key_invalid",
      `Cannot use the public sealing key: it is ${key.id}, and ${options.keyId} is expected.`,
    );
  }
  assertClearNames(clear);
  return {
    async seal({ name, id, data }) {
      const { inside, outside } = splitData(data, clear);
      const at = boundPosition({ kind: "event", environment, app: "", name, eventId: id }, "data");
      const head = envelopeHead("public", key.id, at);
      const plain = paddedText(JSON.stringify({ data: inside }), padding);
      const sealed = await sealForPair(key, associatedBytes(head, outside), plain);
      return { ...outside, [SEALED_MEMBER]: `${head}.${toBase64url(sealed)}` };
    },
  };
}
