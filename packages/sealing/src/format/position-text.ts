import type { PayloadKind, PayloadPosition } from "holdfast";

/** What was sealed: a value, data of which members may stay outside, or an error. Each opens only as what it is. */
export type SealedForm = "value" | "data" | "error";

/** A position as it stands in an envelope: with the form, and without what cannot be held against a reader. */
export interface SealedPosition extends PayloadPosition {
  readonly form: SealedForm;
}

const FORMS: ReadonlySet<string> = new Set<SealedForm>(["value", "data", "error"]);
const KINDS: ReadonlySet<string> = new Set<PayloadKind>([
  "event",
  "step-input",
  "step-output",
  "step-error",
  "function-output",
  "function-error",
  "invoke-input",
  "deferred-input",
  "signal",
  "realtime",
  "endpoint-request",
  "endpoint-response",
  "metadata",
]);

/**
 * A position as text: for each part that is there a letter, the length of its text, a colon, the text. Letters ascend,
 * so that one position has one text, and no text of a part can pass for another part.
 *
 * @example
 * ```ts
 * positionText({ form: "value", kind: "signal", environment: "", app: "shop", name: "paid" }) // → "a5:valueb6:signalc0:d4:shopi4:paid"
 * ```
 */
export function positionText(at: SealedPosition): string {
  return (
    part("a", at.form) +
    part("b", at.kind) +
    part("c", at.environment) +
    part("d", at.app) +
    optional("e", at.functionId) +
    optional("f", at.runId) +
    optional("g", at.stepId) +
    optional("h", at.index?.toString()) +
    optional("i", at.name) +
    optional("j", at.eventId) +
    optional("k", at.replyTo?.runId) +
    optional("l", at.replyTo?.stepId)
  );
}

/** Reads what `positionText` wrote; null for any other text. */
export function parsePositionText(text: string): SealedPosition | null {
  const parts = new Map<string, string>();
  const HEAD = /([a-l])(0|[1-9]\d*):/y;
  while (HEAD.lastIndex < text.length) {
    const start = HEAD.exec(text);
    if (start === null) return null;
    const [head, letter = "", length = ""] = start;
    const from = start.index + head.length;
    parts.set(letter, text.slice(from, from + Number(length)));
    HEAD.lastIndex = from + Number(length);
  }
  const position = positionOf(parts);
  // Written again it must be the same: doubled, unordered and cut-off parts fail here.
  return position !== null && positionText(position) === text ? position : null;
}

function positionOf(parts: ReadonlyMap<string, string>): SealedPosition | null {
  const [form = "", kind = "", environment, app] = ["a", "b", "c", "d"].map((letter) => parts.get(letter));
  if (!isForm(form) || !isKind(kind) || environment === undefined || app === undefined) return null;
  const [functionId, runId, stepId, index, name, eventId, replyRun, replyStep] = "efghijkl"
    .split("")
    .map((letter) => parts.get(letter));
  return {
    form,
    kind,
    environment,
    app,
    ...(functionId === undefined ? {} : { functionId }),
    ...(runId === undefined ? {} : { runId }),
    ...(stepId === undefined ? {} : { stepId }),
    ...(index === undefined ? {} : { index: Number(index) }),
    ...(name === undefined ? {} : { name }),
    ...(eventId === undefined ? {} : { eventId }),
    ...(replyRun === undefined || replyStep === undefined
      ? {}
      : { replyTo: { runId: replyRun, stepId: replyStep } }),
  };
}

function isForm(text: string): text is SealedForm {
  return FORMS.has(text);
}

function isKind(text: string): text is PayloadKind {
  return KINDS.has(text);
}

function optional(letter: string, text: string | undefined): string {
  return text === undefined ? "" : part(letter, text);
}

function part(letter: string, text: string): string {
  // Half of a surrogate pair has no UTF-8, and would come back as another character.
  const whole = text.toWellFormed();
  return `${letter}${whole.length}:${whole}`;
}
