import type { SealedText } from "@holdfast/protocol";
import type { PayloadPosition } from "holdfast";
import { openBytes, NONCE_BYTES, sealInside, TAG_BYTES } from "../format/aead.ts";
import { associatedBytes, envelopeHead, headOf, positionOf } from "../format/envelope-text.ts";
import type { Padding } from "../format/padding.ts";
import { paddedWithin } from "../format/padding.ts";
import type { SealedPosition } from "../format/position-text.ts";
import type { KeyProvider } from "../keys/key-provider.ts";
import { KeySchedule, keyedHash, lengthed } from "../keys/key-schedule.ts";
import type { SealingKey } from "../keys/sealing-key.ts";
import { fromBase64url, toBase64url } from "../platform/base64url.ts";
import type { SealingWorld } from "../platform/world.ts";
import { placeText, SealingError } from "../sealing-error.ts";
import type { SealingKeyPair } from "../senders/key-pair.ts";
import { openWithPair } from "../senders/public-box.ts";

type Fields = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder();

/** What a seal adds to the plain text. */
const AROUND = { before: NONCE_BYTES, after: TAG_BYTES };

/** Seals and opens texts with the keys of one provider. Where a value may stand is the stage's question. */
export class Vault {
  readonly #keys: KeyProvider;
  readonly #pairs: ReadonlyMap<string, SealingKeyPair>;
  readonly #world: SealingWorld;
  readonly #padding: Padding;
  readonly #schedule = new KeySchedule();
  /** The key that seals, as it was last known: names are hidden without waiting. */
  #latest: SealingKey | null = null;

  constructor(deps: {
    readonly keys: KeyProvider;
    readonly pairs: readonly SealingKeyPair[];
    readonly world: SealingWorld;
    readonly padding: Padding;
  }) {
    this.#keys = deps.keys;
    this.#pairs = new Map(deps.pairs.map((pair) => [pair.id, pair]));
    this.#world = deps.world;
    this.#padding = deps.padding;
  }

  /** A value as sealed text, bound to its position and to the members in clear beside it. */
  async seal(value: unknown, at: SealedPosition, clear: Fields): Promise<string> {
    const current = this.#current();
    // Most providers have the key at hand, and a turn of the queue for nothing is felt where values are small.
    const master = current instanceof Promise ? await current : current;
    const head = envelopeHead("secret", master.id, at);
    const whole = paddedWithin(JSON.stringify(value) ?? "null", this.#padding, AROUND);
    const nonce = this.#world.random(NONCE_BYTES);
    const sealed = sealInside(this.#keyAt(master, at), nonce, associatedBytes(head, clear), whole);
    return `${head}.${toBase64url(sealed)}`;
  }

  /**
   * The value of a sealed text. Its position is authentic when this returns, and not a moment before.
   *
   * @throws SealingError `seal_key_unknown`, `seal_key_revoked`, `seal_key_unavailable`, `seal_broken`.
   */
  async open(
    text: SealedText,
    at: SealedPosition,
    clear: Fields,
  ): Promise<{ readonly plain: string; readonly content: unknown }> {
    const bytes = await this.#openBytes(text, at, associatedBytes(headOf(text), clear));
    if (bytes === null) throw broken(text, at);
    const plain = decoder.decode(bytes).trimEnd();
    // Whoever sealed it held the key and wrote JSON; another text means another program's bug.
    try {
      return { plain, content: JSON.parse(plain) as unknown };
    } catch {
      throw broken(text, at);
    }
  }

  /**
   * Whether a key that opened something would still open it.
   *
   * @throws SealingError `seal_key_unknown`, `seal_key_revoked`, `seal_key_unavailable`.
   */
  assertUsable(keyId: string, at: PayloadPosition): void | Promise<void> {
    const found = this.#find(keyId, at);
    if (found instanceof Promise) return found.then(() => undefined);
  }

  /** A keyed hash of a text, equal for equal texts: for blind indexes and names. `keyId` names another key than the current one. */
  async hash(
    purpose: "index",
    environment: string,
    text: string,
    keyId: string | null,
  ): Promise<{ readonly keyId: string; readonly hash: Uint8Array }> {
    const master = keyId === null ? await this.#current() : await this.#find(keyId, null);
    return {
      keyId: master.id,
      hash: keyedHash(this.#schedule.keyFor(master, environment, { purpose }), text),
    };
  }

  /**
   * A keyed hash of a name, at once.
   *
   * @throws SealingError `seal_key_unavailable` while the provider has not yet given its first key.
   */
  hashName(environment: string, name: string): Uint8Array {
    const current = this.#keys.current();
    if (!(current instanceof Promise)) this.#latest = current;
    // Asked again by whatever is sealed next, and reported there.
    else current.then((key) => (this.#latest = key)).catch(() => null);
    if (this.#latest !== null) {
      return keyedHash(
        this.#schedule.keyFor(this.#latest, environment, { purpose: "names" }),
        lengthed(name),
      );
    }
    throw new SealingError(
      "seal_key_unavailable",
      "Cannot hide a name: the source of the keys has not answered yet.",
    );
  }

  async #openBytes(text: SealedText, at: SealedPosition, associated: Uint8Array): Promise<Uint8Array | null> {
    const whole = fromBase64url(text.sealed);
    if (whole === null) return null;
    if (text.scheme === "secret") {
      const master = await this.#find(text.keyId, at);
      return openBytes(this.#keyAt(master, at), associated, whole);
    }
    const pair = this.#pairs.get(text.keyId);
    if (pair === undefined) throw unknownKey(text.keyId, at);
    return openWithPair(pair, associated, whole);
  }

  #keyAt(master: SealingKey, at: SealedPosition): Uint8Array {
    const runId = at.runId ?? at.replyTo?.runId;
    const purpose =
      runId === undefined ? ({ purpose: "environment" } as const) : ({ purpose: "run", runId } as const);
    return this.#schedule.keyFor(master, at.environment, purpose);
  }

  #current(): SealingKey | Promise<SealingKey> {
    return asked(
      () => this.#keys.current(),
      (key) => (this.#latest = key),
      (error) => unavailable(error, null, null),
    );
  }

  #find(keyId: string, at: PayloadPosition | null): SealingKey | Promise<SealingKey> {
    const found = (key: SealingKey | null): SealingKey => {
      if (key === null) throw unknownKey(keyId, at);
      return key;
    };
    return asked(
      () => this.#keys.find(keyId),
      found,
      (error) => unavailable(error, keyId, at),
    );
  }
}

/** The position that a sealed text carries. @throws SealingError `seal_broken` when it carries none. */
export function carriedPosition(text: SealedText): SealedPosition {
  const at = positionOf(text);
  if (at !== null) return at;
  throw new SealingError(
    "seal_broken",
    "Cannot open a value: its envelope says no position that can be read.",
    {
      keyId: text.keyId,
    },
  );
}

/** What is made of a provider's answer, at once where the answer is there at once. */
function asked<Answer, Made>(
  ask: () => Answer | Promise<Answer>,
  make: (answer: Answer) => Made,
  failed: (error: unknown) => unknown,
): Made | Promise<Made> {
  let answer: Answer | Promise<Answer>;
  try {
    answer = ask();
  } catch (error) {
    throw failed(error);
  }
  if (!(answer instanceof Promise)) return make(answer);
  return answer.then(make, (error: unknown) => {
    throw failed(error);
  });
}

/** What a provider throws besides our own errors means that it could not be reached. */
function unavailable(error: unknown, keyId: string | null, at: PayloadPosition | null): unknown {
  if (error instanceof SealingError) return error;
  // A provider's own words may name secrets.
  return new SealingError(
    "seal_key_unavailable",
    keyId === null
      ? "Cannot seal: the source of the keys does not answer."
      : `Cannot get key ${keyId}: the source of the keys does not answer.`,
    { keyId, position: at },
  );
}

function unknownKey(keyId: string, at: PayloadPosition | null): SealingError {
  const place = at === null ? "a value" : `the ${placeText(at)}`;
  return new SealingError(
    "seal_key_unknown",
    `Cannot open ${place}: it is sealed with key ${keyId}, which this app does not have.`,
    { keyId, position: at },
  );
}

function broken(text: SealedText, at: SealedPosition): SealingError {
  return new SealingError(
    "seal_broken",
    `Cannot open the ${placeText(at)}: its seal is broken. It was changed after key ${text.keyId} sealed it, or is not whole.`,
    { keyId: text.keyId, position: at },
  );
}
