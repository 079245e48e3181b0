import { canonicalJson, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { WireError } from "@holdfast/protocol";
import type { EgressOutcome } from "#egress";
import { keptError } from "./reported-op.ts";

/** How much of a provider's answer is kept where people look for it. */
const STACK_CHARS = 4000;

/** What a request the server made for an app came to: a memo, or an error that may be tried again. */
export type GatewayReply =
  | { readonly kind: "done"; readonly memo: string }
  | { readonly kind: "failed"; readonly error: WireError; readonly isFinal: boolean };

/**
 * Reads the outcome of a request the server made (wire-protocol 7.3, 5.4). For `Gateway` any status is a result; for
 * `AIGateway` a status above 299 is a failure, like any failure of the transport. Pure.
 */
export function readGatewayReply(
  kind: "Gateway" | "AIGateway",
  url: string,
  outcome: EgressOutcome,
): GatewayReply {
  const name = kind === "Gateway" ? "GatewayError" : "AIGatewayError";
  if (outcome.kind === "failed") {
    return { kind: "failed", error: { name, message: outcome.message }, isFinal: false };
  }
  const memo = kind === "Gateway" ? fetched(url, outcome) : inferred(outcome);
  if (typeof memo !== "string") return { kind: "failed", error: memo, isFinal: false };
  if (Buffer.byteLength(memo) > LIMITS.stepOutputBytes) {
    const message = `The answer is over ${LIMITS.stepOutputBytes} bytes, which is the most a step may return.`;
    return { kind: "failed", error: { name: "StepOutputTooLarge", message }, isFinal: true };
  }
  return { kind: "done", memo };
}

type Answered = EgressOutcome & { readonly kind: "answered" };

function fetched(url: string, answer: Answered): string {
  const { body, headers, status } = answer;
  return `{"data":${canonicalJson({ body: body.toWellFormed(), headers, status_code: status, url })}}`;
}

function inferred(answer: Answered): string | WireError {
  if (answer.status > 299) {
    const message = `The model's provider answered with status ${answer.status}.`;
    return keptError({
      name: "AIGatewayError",
      message,
      data: bodyOf(answer),
      stack: answer.body.slice(0, STACK_CHARS),
    });
  }
  try {
    return `{"data":${canonicalJson(bodyOf(answer))}}`;
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return { name: "AIGatewayError", message: `The provider's answer cannot be kept: ${error.message}` };
  }
}

/** JSON where it is JSON, else the text. */
function bodyOf(answer: Answered): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return answer.body.toWellFormed();
  }
}
