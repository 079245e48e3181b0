import type { OpCode, WireError } from "@holdfast/protocol";
import type { Egress } from "#egress";
import { LIMITS } from "@holdfast/protocol";
import { gatewayRequest } from "./gateway-request.ts";
import type { GatewayReply } from "./gateway-reply.ts";
import { readGatewayReply } from "./gateway-reply.ts";
import type { PlannedStep } from "./run-state.ts";

/** What `apply-ops.ts` keeps of a request until it was made. */
interface Planned {
  readonly op: OpCode & ("Gateway" | "AIGateway");
  readonly opts: Readonly<Record<string, unknown>>;
}

/**
 * Makes a request that an app asked the server to make (wire-protocol 7.3). Null when this process is stopping.
 *
 * @param refusal why a request with these `opts` must not be made, whatever was the rule when it was planned; or null
 */
export async function makeRequest(
  step: PlannedStep,
  egress: Egress,
  signal: AbortSignal,
  refusal: (opts: Planned["opts"]) => WireError | null,
): Promise<{ readonly op: Planned["op"]; readonly reply: GatewayReply } | null> {
  const { op, opts } = JSON.parse(step.data ?? "{}") as Planned;
  const refused = refusal(opts);
  if (refused !== null) return { op, reply: { kind: "failed", error: refused, isFinal: true } };
  const request = gatewayRequest(op, opts);
  // It was sound when the step was planned; a stricter version of the server may have read it since.
  if ("error" in request) return { op, reply: { kind: "failed", error: request.error, isFinal: true } };
  const outcome = await egress.send({
    ...request,
    timeoutMs: LIMITS.callMs,
    responseBytesMax: LIMITS.stepOutputBytes,
    signal,
  });
  if (outcome.kind === "failed" && outcome.code === "aborted") return null;
  return { op, reply: readGatewayReply(op, withoutQuery(request.url, op), outcome) };
}

/** The URL a memo names: that of a model call may carry a provider's key in its query. */
function withoutQuery(url: string, op: Planned["op"]): string {
  return op === "AIGateway" ? url.replace(/\?.*$/s, "") : url;
}
