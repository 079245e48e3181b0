import type { WireError } from "@holdfast/protocol";
import { canonicalJson, readSealedText, SEALED_ERROR_MESSAGE, SEALED_MEMBER } from "@holdfast/protocol";
import type { EventData, PayloadPosition, PayloadStage, ReplyTo } from "holdfast";
import { openMembers } from "../compatible/compatible-sealing.ts";
import type { PublishedBox } from "../compatible/published-box.ts";
import { isMarked } from "../compatible/published-box.ts";
import { boundMembers, SERVER_MEMBER } from "../format/envelope-text.ts";
import { parsePlainData } from "../format/plain-data.ts";
import { boundPosition, misplacedPart } from "../format/position-rules.ts";
import type { SealedForm } from "../format/position-text.ts";
import { positionText } from "../format/position-text.ts";
import { lengthed } from "../keys/key-schedule.ts";
import { toBase64url } from "../platform/base64url.ts";
import { placeText, SealingError } from "../sealing-error.ts";
import { OpenedTexts } from "./opened-texts.ts";
import type { Policy } from "./sealing-options.ts";
import { splitData } from "./split-data.ts";
import type { Vault } from "./vault.ts";
import { carriedPosition } from "./vault.ts";

/** Events that only the server sends, about the time: there is no app that could have sealed them. */
const SERVER_EVENTS: ReadonlySet<string> = new Set(["inngest/scheduled.timer"]);
const NAME_BYTES = 16;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The stage that binds every value to its place. What it opens was sealed with a key of the app, for this place, and is
 * whole; all else is refused with a typed error, unless the policy lets it pass.
 */
export class BoundStage implements PayloadStage {
  readonly isSealing = true;
  readonly #vault: Vault;
  readonly #policy: Policy;
  readonly #published: PublishedBox | null;
  readonly #now: () => number;
  readonly #known = new OpenedTexts();

  constructor(vault: Vault, policy: Policy, published: PublishedBox | null, now: () => number) {
    this.#vault = vault;
    this.#policy = policy;
    this.#published = published;
    this.#now = now;
  }

  async seal(value: unknown, at: PayloadPosition): Promise<unknown> {
    return this.#envelope(value ?? null, at, "value");
  }

  async open(value: unknown, at: PayloadPosition): Promise<unknown> {
    if (!hasSealedMember(value)) return this.#plain(value, at);
    // An envelope of a value has one member: what stands beside it would be read by nobody, and bound to nothing.
    if (Object.keys(value).length > 1) throw notAnEnvelope(at);
    return this.#opened(value[SEALED_MEMBER], at, "value", {});
  }

  async sealData(data: EventData, at: PayloadPosition, replyTo?: ReplyTo): Promise<EventData> {
    const { clear, blind } = this.#policy;
    const { inside, outside } = splitData(data, clear);
    const place = this.#placed(at);
    const indexes: Record<string, string> = {};
    for (const [field, name] of blind) {
      const value = inside[field] ?? outside[field];
      if (value !== undefined) indexes[name] = await this.index(field, value, place.environment);
    }
    const content = {
      data: inside,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(Object.keys(indexes).length === 0 ? {} : { indexes: Object.keys(indexes) }),
    };
    const beside = { ...outside, ...indexes };
    const text = await this.#vault.seal(content, boundPosition(place, "data"), beside);
    return { ...beside, [SEALED_MEMBER]: text };
  }

  async openData(
    data: EventData,
    at: PayloadPosition,
  ): Promise<{ readonly data: EventData; readonly replyTo?: ReplyTo }> {
    if (!hasSealedMember(data)) return { data: this.#plainData(data, at) };
    const beside = boundMembers(data);
    const text = data[SEALED_MEMBER];
    const content = parsePlainData(await this.#opened(text, at, "data", beside));
    if (content === null) throw notAnEnvelope(at);
    const clear = Object.entries(beside).filter(([name]) => content.indexes?.includes(name) !== true);
    return {
      data: {
        ...Object.fromEntries(clear),
        ...content.data,
        ...(SERVER_MEMBER in data ? { [SERVER_MEMBER]: data[SERVER_MEMBER] } : {}),
      },
      ...(content.replyTo === undefined ? {} : { replyTo: content.replyTo }),
    };
  }

  async sealError(error: WireError, at: PayloadPosition): Promise<WireError> {
    return {
      name: this.#policy.errorNames.has(error.name) ? error.name : "Error",
      message: SEALED_ERROR_MESSAGE,
      data: await this.#envelope(error, at, "error"),
      ...(error.noRetry === undefined ? {} : { noRetry: error.noRetry }),
    };
  }

  /**
   * An error in clear is the server's own word, such as that a time-out passed or an app did not answer: its name and
   * message are handed on, and nothing that could pass for the data of the app's own error.
   */
  async openError(error: WireError, at: PayloadPosition): Promise<WireError> {
    if (!hasSealedMember(error.data)) return this.#plainError(error);
    if (Object.keys(error.data).length > 1) throw notAnEnvelope(at);
    const content = await this.#opened(error.data[SEALED_MEMBER], at, "error", {});
    if (!isWireError(content)) throw notAnEnvelope(at);
    return content;
  }

  sealName(name: string, at: PayloadPosition): string {
    if (!this.#policy.hidesNames) return name;
    const hash = this.#vault.hashName(this.#placed(at).environment, name);
    return `hfn_${toBase64url(hash.subarray(0, NAME_BYTES))}`;
  }

  /** A blind index: equal for equal values of one field in one environment. */
  async index(field: string, value: unknown, environment: string): Promise<string> {
    const text = lengthed(field) + canonicalJson(value);
    const { keyId, hash } = await this.#vault.hash("index", environment, text, this.#policy.indexKeyId);
    return `hfx1.${keyId}.${toBase64url(hash)}`;
  }

  async #envelope(value: unknown, at: PayloadPosition, form: SealedForm): Promise<Fields> {
    return { [SEALED_MEMBER]: await this.#vault.seal(value, boundPosition(this.#placed(at), form), {}) };
  }

  /** What stands in a sealed text, after its place was held against the expected one. */
  async #opened(value: unknown, at: PayloadPosition, form: SealedForm, clear: Fields): Promise<unknown> {
    if (typeof value !== "string") throw notAnEnvelope(at);
    const expected = this.#placed(at);
    const question = questionOf(expected, form, clear);
    const known = this.#known.find(value, question);
    if (known !== null) {
      // The key may have been revoked since.
      const usable = this.#vault.assertUsable(known.keyId, at);
      if (usable instanceof Promise) await usable;
      return JSON.parse(known.plain) as unknown;
    }
    const text = readSealedText(value);
    if (text === null) throw notAnEnvelope(at);
    const written = carriedPosition(text);
    const isOfAStep = at.kind === "step-output" || at.kind === "step-error" || at.kind === "step-input";
    const isOriginal = this.#policy.acceptsOriginalRuns && isOfAStep && written.runId !== undefined;
    const place = isOriginal ? { ...expected, runId: written.runId } : expected;
    const part = misplacedPart(written, place, form);
    if (part !== null) throw misplaced(part, at, text.keyId);
    if (text.scheme === "public") this.#assertPublicEvent(at, text.keyId);
    const { plain, content } = await this.#vault.open(text, written, clear);
    // What is sealed with a public key is asked for by another key, and comes once for each run.
    if (text.scheme === "secret") this.#known.remember(value, { place: question, keyId: text.keyId, plain });
    return content;
  }

  #assertPublicEvent(at: PayloadPosition, keyId: string): void {
    if (at.kind === "event" && at.name !== undefined && this.#policy.publicEvents.has(at.name)) return;
    throw new SealingError(
      "seal_format_refused",
      `Cannot accept the ${placeText(at)}: it is sealed with the public key ${keyId}, which anyone may have.`,
      { position: at, keyId, next: "Name the event in receives.events if anyone may send it." },
    );
  }

  #plain(value: unknown, at: PayloadPosition): unknown {
    if (!this.#acceptsPlaintext()) throw isMarked(value) ? publishedRefused(at) : missing(at);
    if (!isMarked(value)) return value;
    if (this.#published === null) throw publishedRefused(at);
    return this.#published.open(value, at);
  }

  #plainData(data: EventData, at: PayloadPosition): EventData {
    if (at.kind === "event" && at.name !== undefined && SERVER_EVENTS.has(at.name)) return data;
    if (!this.#acceptsPlaintext()) throw missing(at);
    return this.#published === null ? data : openMembers(this.#published, data, at);
  }

  #plainError(error: WireError): WireError {
    if (this.#acceptsPlaintext()) return error;
    const { name, message, noRetry } = error;
    return { name, message, ...(noRetry === undefined ? {} : { noRetry }) };
  }

  #acceptsPlaintext(): boolean {
    return this.#now() < this.#policy.plaintextUntil;
  }

  #placed(at: PayloadPosition): PayloadPosition {
    const { environment } = this.#policy;
    return environment === null ? at : { ...at, environment };
  }
}

/** All that decides whether a text opens, beside the text: the place where it must stand, and the members beside it. */
function questionOf(at: PayloadPosition, form: SealedForm, clear: Fields): string {
  const beside = Object.keys(clear).length === 0 ? "" : canonicalJson(clear);
  return `${positionText({ ...at, form })}.${beside}`;
}

function hasSealedMember(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && Object.hasOwn(value, SEALED_MEMBER);
}

function isWireError(value: unknown): value is WireError {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "message" in value &&
    typeof value.message === "string"
  );
}

function missing(at: PayloadPosition): SealingError {
  return new SealingError(
    "seal_missing",
    `Cannot accept the ${placeText(at)}: it came in clear, and this app takes sealed values only.`,
    { position: at },
  );
}

function publishedRefused(at: PayloadPosition): SealingError {
  return new SealingError(
    "seal_format_refused",
    `Cannot accept the ${placeText(at)}: it has the published format, which holds no value to its place.`,
    { position: at, next: "While apps move from it, set published and acceptPlaintext." },
  );
}

function notAnEnvelope(at: PayloadPosition): SealingError {
  return new SealingError("seal_broken", `Cannot open the ${placeText(at)}: its envelope is not whole.`, {
    position: at,
  });
}

function misplaced(part: string, at: PayloadPosition, keyId: string): SealingError {
  const isRun = part === "runId" && at.kind.startsWith("step-");
  return new SealingError(
    "seal_misplaced",
    `Cannot accept the ${placeText(at)}: it was sealed for another place, of which ${part} differs.` +
      (isRun
        ? " It is of another run; a rerun that brings its original's results needs acceptOriginalRuns."
        : ""),
    { position: at, keyId },
    { part },
  );
}
