/**
 * Sealed payloads as they travel. This file tells an envelope from plain text and reads what stands on it; it holds no
 * key and opens nothing. Its forms are written and opened by `@holdfast/sealing`, and described in
 * docs/reference/sealing.md.
 */

/** The member that holds a sealed text. */
export const SEALED_MEMBER = "__SEALED__";

/** The message of every sealed error, in place of the real one. */
export const SEALED_ERROR_MESSAGE = "The error is sealed: only the app's key opens it.";

/** Which format an envelope has: ours, or one of the two that the published encryption middleware writes. */
export type EnvelopeFormat = "holdfast" | "inngest" | "inngest-v0";

/** What stands on an envelope. */
export interface Envelope {
  readonly format: EnvelopeFormat;
  /** Which key sealed it; null where the format names none. */
  readonly keyId: string | null;
  /** Bytes of ciphertext, with nonce and tag. */
  readonly bytes: number;
}

/** A sealed object of which some members stay outside: data of an event, of an invoke, of a deferred run. */
export interface SealedData extends Envelope {
  /** Names of the members in clear. */
  readonly clear: readonly string[];
  /** Names of the members that hold a blind index: a keyed hash, equal for equal values. */
  readonly indexes: readonly string[];
}

/** A sealed text, taken apart. Nothing is known of who wrote it until it is opened. */
export interface SealedText {
  /** `public` is sealed for a key pair, and can be written by whoever has its public half. */
  readonly scheme: "secret" | "public";
  readonly keyId: string;
  /** Where the value stands, in base64url. */
  readonly position: string;
  /** Nonce (or the encapsulated key), ciphertext and tag, in base64url. */
  readonly sealed: string;
}

/** `hf1.<key id>.<position>.<sealed>`, or `hf1h.` for a key pair. */
const SEALED_TEXT = /^(hf1h?)\.([0-9a-f]{12})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
/** `hfx1.<key id>.<32 bytes in base64url>`. */
const INDEX_TEXT = /^hfx1\.[0-9a-f]{12}\.[A-Za-z0-9_-]{43}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** The name of an error's class, and no sentence. */
const ERROR_NAME = /^[A-Za-z_$][\w$.]{0,63}$/;

/** A nonce of 24 bytes, or an encapsulated key of 32, before a tag of 16. */
const SEALED_BYTES_MIN = { secret: 24 + 16, public: 32 + 16 } as const;

/** The published format's strategy of today, and how long its shortest text is: nonce and tag. */
const SODIUM_STRATEGY = "inngest/libsodium";
const SODIUM_BYTES_MIN = 24 + 16;

/** `Salted__` in base64, with which every text of the older published format begins; then 8 bytes of salt, and blocks. */
const V0_PREFIX = "U2FsdGVkX1";
const V0_HEAD_BYTES = 16;
const V0_BLOCK_BYTES = 16;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes a sealed text apart, or gives null for any other value. Strict: both parts must be base64url as it is written,
 * and long enough to hold what the scheme puts before the ciphertext.
 */
export function readSealedText(value: unknown): SealedText | null {
  if (typeof value !== "string") return null;
  const [, version = "", keyId = "", position = "", sealed = ""] = SEALED_TEXT.exec(value) ?? [];
  const scheme = version === "hf1h" ? "public" : "secret";
  const isLongEnough = base64Bytes(sealed) >= SEALED_BYTES_MIN[scheme];
  if (version === "" || !isLongEnough || position.length % 4 === 1 || sealed.length % 4 === 1) return null;
  return { scheme, keyId, position, sealed };
}

/**
 * Reads what stands on a sealed value, or gives null for anything that is not exactly one: a member too many or too
 * few, or text that no writer of the format makes.
 *
 * @example
 * ```ts
 * readEnvelope({ __SEALED__: `hf1.00112233aabb.AQ.${"A".repeat(64)}` }) // → { format: "holdfast", keyId: "00112233aabb", bytes: 48 }
 * readEnvelope({ __SEALED__: "hunter2" }) // → null
 * ```
 */
export function readEnvelope(value: unknown): Envelope | null {
  if (!isFields(value)) return null;
  const memberCount = Object.keys(value).length;
  if (memberCount === 1 && SEALED_MEMBER in value) return describe(readSealedText(value[SEALED_MEMBER]));
  return value["__ENCRYPTED__"] === true ? readPublished(value, memberCount) : null;
}

/**
 * Reads what stands on sealed data: the sealed text, beside which any other members stay in clear. Null for data that
 * holds no sealed text of ours. Which members may be in clear is the caller's question.
 *
 * @example
 * ```ts
 * readSealedData({ __SEALED__: "hf1.…", userId: "u1" })?.clear // → ["userId"]
 * ```
 */
export function readSealedData(data: unknown): SealedData | null {
  if (!isFields(data)) return null;
  const envelope = describe(readSealedText(data[SEALED_MEMBER]));
  if (envelope === null) return null;
  const others = Object.keys(data).filter((name) => name !== SEALED_MEMBER);
  return {
    ...envelope,
    clear: others.filter((name) => !isBlindIndex(data[name])),
    indexes: others.filter((name) => isBlindIndex(data[name])),
  };
}

/** Whether a value is a blind index: `hfx1.`, the key's id, and 32 bytes of a keyed hash. */
export function isBlindIndex(value: unknown): value is string {
  return typeof value === "string" && INDEX_TEXT.test(value);
}

/**
 * Whether an error as it travels shows nothing but the name of its class: the fixed message, no stack, no cause, and
 * all the rest in an envelope.
 */
export function isSealedError(error: unknown): boolean {
  if (!isFields(error)) return false;
  const { name, message, stack, cause, data } = error;
  return (
    typeof name === "string" &&
    ERROR_NAME.test(name) &&
    message === SEALED_ERROR_MESSAGE &&
    (stack ?? null) === null &&
    (cause ?? null) === null &&
    readEnvelope(data)?.format === "holdfast"
  );
}

function readPublished(value: Fields, memberCount: number): Envelope | null {
  const { data, __STRATEGY__: strategy } = value;
  if (typeof data !== "string" || data.length % 4 !== 0 || !BASE64.test(data)) return null;
  const bytes = base64Bytes(data.replace(/=+$/, ""));
  if (strategy === undefined) {
    const isWhole = bytes > V0_HEAD_BYTES && (bytes - V0_HEAD_BYTES) % V0_BLOCK_BYTES === 0;
    const isV0 = memberCount === 2 && data.startsWith(V0_PREFIX) && isWhole;
    return isV0 ? { format: "inngest-v0", keyId: null, bytes } : null;
  }
  // A service of the app's own names its strategy, and what it writes is its own affair; that it is base64 is all we ask.
  const isLongEnough = strategy !== SODIUM_STRATEGY || bytes >= SODIUM_BYTES_MIN;
  const isPublished = memberCount === 3 && typeof strategy === "string" && strategy !== "" && isLongEnough;
  return isPublished ? { format: "inngest", keyId: null, bytes } : null;
}

function describe(text: SealedText | null): Envelope | null {
  return text === null ? null : { format: "holdfast", keyId: text.keyId, bytes: base64Bytes(text.sealed) };
}

/** How many bytes unpadded base64 stands for. */
function base64Bytes(text: string): number {
  return Math.floor((text.length * 3) / 4);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
