import type { OpCode } from "@holdfast/protocol";
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

/** Makes a request that an app asked the server to make (wire-protocol 7.3). Null when this process is stopping. */
export async function makeRequest(
  step: PlannedStep,
  egress: Egress,
  signal: AbortSignal,
): Promise<{ readonly op: Planned["op"]; readonly reply: GatewayReply } | null> {
  const { op, opts } = JSON.parse(step.data ?? "{}") as Planned;
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
