import { HoldfastError, Header, LIMITS } from "@holdfast/protocol";
import { requestFault } from "./request-fault.ts";
import type { ClientState } from "./contract.ts";

/** Whom a signal reached. */
export interface SentSignal {
  /** The run that waited for it; null when none did. */
  readonly runId: string | null;
}

/**
 * Sends a signal to the one run that waits for it. `data` passes the client's stage.
 *
 * @throws HoldfastError `request_invalid` for a name that no signal can have; `unauthenticated`, `forbidden`,
 * `server_unreachable`, `request_failed` when the server does not take it.
 */
export async function sendSignal(
  state: ClientState,
  signal: { readonly signal: string; readonly data?: unknown },
  environment = state.environment,
): Promise<SentSignal> {
  const { signal: name, data = null } = signal;
  if (typeof name !== "string" || name === "" || name.length > LIMITS.signalNameChars) {
    throw new HoldfastError(
      "request_invalid",
      `Cannot send a signal: its name must be text of 1 to ${LIMITS.signalNameChars} characters.`,
    );
  }
  const sealed = await state.stage.seal(data, { kind: "signal", environment, app: state.app, name });
  const answer = await state.api.request({
    method: "POST",
    path: "/v1/signals",
    body: JSON.stringify({ signal: name, data: sealed }),
    // A repeat would find the run awake, and nobody waiting.
    isRepeatable: false,
    ...(environment === "" ? {} : { headers: { [Header.environment]: environment } }),
  });
  if (answer.status === 404) return { runId: null };
  if (answer.status !== 200) throw requestFault("send the signal", answer);
  return { runId: runIdOf(answer.body) };
}

function runIdOf(body: unknown): string | null {
  const data: unknown = typeof body === "object" && body !== null && "data" in body ? body.data : null;
  const runId: unknown = typeof data === "object" && data !== null && "run_id" in data ? data.run_id : null;
  return typeof runId === "string" && runId !== "" ? runId : null;
}
