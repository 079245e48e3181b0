import type { Egress } from "#egress";
import { isSdk } from "../put-answer.ts";
import { CANDIDATE_PATHS } from "./candidates.ts";

/**
 * What a port turned out to be. `other`: something that is no app answered, and need not be asked again.
 * `silent`: nobody answered in time, or the connection broke; it may be an app that is still starting.
 */
export type ProbeAnswer =
  | { readonly kind: "app"; readonly url: string; readonly mode: "dev" | "cloud" | null }
  | { readonly kind: "other" }
  | { readonly kind: "silent" };

const PROBE_MS = 2000;
const ANSWER_BYTES_MAX = 256 * 1024;

/** Asks the usual paths of a port of this machine, one after another, until one answers as an app. */
export async function probePort(egress: Egress, port: number, signal: AbortSignal): Promise<ProbeAnswer> {
  for (const path of CANDIDATE_PATHS) {
    const url = `http://localhost:${port}${path}`;
    const outcome = await egress.send({
      method: "GET",
      url,
      headers: {},
      body: null,
      timeoutMs: PROBE_MS,
      responseBytesMax: ANSWER_BYTES_MAX,
      signal,
    });
    if (outcome.kind === "answered") {
      if (isSdk(outcome.headers)) return { kind: "app", url, mode: modeOf(outcome.status, outcome.body) };
      continue;
    }
    switch (outcome.code) {
      case "unreachable":
      case "refused":
      case "reset":
      case "timed_out":
      case "aborted":
        return { kind: "silent" };
      case "protocol":
        return { kind: "other" };
      // A long page or a redirect elsewhere on one path says nothing about the next.
      case "too_large":
      case "redirect_refused":
        continue;
    }
  }
  return { kind: "other" };
}

/** The mode an app's introspection tells; without a signature one in production mode tells nothing, with 401. */
function modeOf(status: number, body: string): "dev" | "cloud" | null {
  if (status === 401) return "cloud";
  try {
    const value: unknown = JSON.parse(body);
    const mode = typeof value === "object" && value !== null && "mode" in value ? value.mode : null;
    return mode === "dev" || mode === "cloud" ? mode : null;
  } catch {
    // Older SDKs answer with a page; the handshake will tell.
    return null;
  }
}
