import { HoldfastError } from "@holdfast/protocol";
import { findLeak } from "./find-leak.ts";
import { unpack } from "./unpack.ts";

/** Something that left the app. */
export interface OutboundMessage {
  /** `answer`: to a call of the server. `request`: to the server's API, or to the world outside. */
  readonly kind: "answer" | "request";
  /** What was asked: `POST https://…`. */
  readonly what: string;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** As text. Of a body that was compressed what it says. */
  readonly body: string;
  /** When, in virtual time. */
  readonly at: Date;
}

/** A canary that is shorter would be found where nobody put it. */
const CANARY_CHARS_MIN = 6;
/** How much of what stands around a leak is shown. */
const SHOWN_CHARS = 60;

/** Everything that left an app during a test, in order. */
export class Outbound {
  readonly messages: OutboundMessage[] = [];

  /** Notes something that leaves now. Waits for a compressed body to be unpacked. */
  async note(message: Omit<OutboundMessage, "body">, body: Uint8Array): Promise<void> {
    this.messages.push({ ...message, body: await unpack(body) });
  }

  /**
   * Fails when a marked text left the app, in the clear or in an encoding that anybody can undo.
   *
   * @throws HoldfastError `plaintext_leaked`, which names the message and where in it; `request_invalid` for a canary
   *   that is too short to be one.
   */
  assertNothingLeaks(canary: string): void {
    if (canary.length < CANARY_CHARS_MIN) {
      throw new HoldfastError(
        "request_invalid",
        `Cannot look for a canary of ${canary.length} characters: it would be found by chance.`,
        {
          next: `Mark the value with a text of at least ${CANARY_CHARS_MIN} characters that stands nowhere else.`,
        },
      );
    }
    for (const [index, message] of this.messages.entries()) {
      for (const [where, text] of partsOf(message)) {
        const form = findLeak(text, canary);
        if (form === null) continue;
        const { kind, what } = message;
        const at = text.toLowerCase().indexOf(canary.toLowerCase());
        const around =
          at < 0 ? "" : `: …${text.slice(Math.max(0, at - SHOWN_CHARS), at + canary.length + SHOWN_CHARS)}…`;
        throw new HoldfastError(
          "plaintext_leaked",
          `The canary left the app: ${form} in ${where} of the ${kind} to ${what} (message ${index + 1} of ${this.messages.length})${around}`,
          { details: { index, kind, what, where, form } },
        );
      }
    }
  }
}

function* partsOf({ body, headers, what }: OutboundMessage): Generator<readonly [string, string]> {
  yield ["the address", what];
  for (const [name, value] of Object.entries(headers)) yield [`the header ${name}`, `${name}: ${value}`];
  yield ["the body", body];
}
