import { HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import { refusalFor } from "./callers/authorise-caller.ts";
import type { ApiContext } from "./context.ts";

/** How an answer shows what apps and senders put into events, steps and results. */
export interface PayloadView {
  readonly isShown: boolean;
  /** The value, or what stands in its place; undefined stays absent. */
  value(value: unknown): unknown;
}

/** What stands in the place of a payload: of what type it is, and how many bytes as JSON. */
export interface MaskedPayload {
  readonly masked: "array" | "boolean" | "null" | "number" | "object" | "string";
  readonly bytes: number;
}

/** Everything as it is: for whoever shows a key of the environment, as an app does. */
export const SHOWN: PayloadView = { isShown: true, value: (value) => value };
/** Type and size instead of values. */
export const MASKED: PayloadView = { isShown: false, value: masked };

/**
 * How this request's answer shows payloads: as they are to keys; masked to people and tokens, unless they ask with `reveal=true` and
 * may. That they asked is in the environment's log, since nobody else will know who has seen what.
 *
 * @param target what they look at, as the log calls it
 * @throws HoldfastError `forbidden` or `insufficient_scope` for one who asks and may not, `request_invalid` for another word
 */
export function payloadView(
  request: FastifyRequest,
  { audit, environment }: Pick<ApiContext, "audit" | "environment">,
  target: { readonly type: string; readonly id: string },
): PayloadView {
  const { caller, query } = request;
  if (caller === null) return SHOWN;
  // A query is an object of texts and lists.
  const { reveal } = query as { readonly reveal?: unknown };
  if (reveal === undefined || reveal === "false") return MASKED;
  if (reveal !== "true") throw new HoldfastError("request_invalid", "reveal must be true or false.");
  const refusal = refusalFor(caller, "payloads.read", { audit, environment });
  if (refusal !== null) throw refusal;
  audit.note({
    action: "payloads.revealed",
    authority: caller.authority,
    targets: [{ ...target, name: null }],
    result: "success",
    reason: null,
    changes: {},
  });
  return SHOWN;
}

/** Type and size of a value that is JSON; nothing else of it. Pure. */
export function masked(value: unknown): MaskedPayload | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (value === null) return { masked: "null", bytes };
  if (Array.isArray(value)) return { masked: "array", bytes };
  const type = typeof value;
  return {
    masked: type === "boolean" || type === "number" || type === "string" ? type : "object",
    bytes,
  };
}
