import { HoldfastError } from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { ApiAnswer } from "./contract.ts";

const ATTEMPTS_MAX = 5;
/** Before the second attempt; each further one waits twice as long, and up to as much again by chance. */
const DELAY_MS = 100;
/** A request that takes longer is given up: nobody answers. */
const REQUEST_MS_MAX = 60_000;

/** One request, written anew for each attempt. */
export interface Attempt {
  /** Without what must not be shown, for errors: `POST /v1/signals`. */
  readonly what: string;
  readonly isRepeatable: boolean;
  send(signal: AbortSignal): Promise<Response>;
}

/**
 * Sends a request until it is answered: what may be repeated is, up to 5 times from 100 ms, as long as nobody answers or
 * the answer is 429 or 5xx. The last answer counts, whatever it is.
 *
 * @throws HoldfastError `server_unreachable` when nobody answered. It says nothing of what was sent.
 */
export async function untilAnswered(world: World, attempt: Attempt): Promise<ApiAnswer> {
  for (let count = 1; ; count++) {
    const isLast = !attempt.isRepeatable || count === ATTEMPTS_MAX;
    const outcome = await once(world, attempt);
    if (isLast && "reason" in outcome) {
      const times = count === 1 ? "" : ` in ${count} attempts`;
      throw new HoldfastError(
        "server_unreachable",
        `Cannot reach the server${times}: ${attempt.what} ${outcome.reason}.`,
        { next: "Start the server, or correct HOLDFAST_BASE_URL." },
      );
    }
    if (!("reason" in outcome) && (isLast || !isPassing(outcome.status))) return outcome;
    await delay(world, DELAY_MS * 2 ** (count - 1) + Math.floor(fraction(world) * DELAY_MS));
  }
}

/** Whether the same request may be answered otherwise in a moment. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

async function once(world: World, attempt: Attempt): Promise<ApiAnswer | { readonly reason: string }> {
  const abort = new AbortController();
  const timer = world.after(REQUEST_MS_MAX, () => abort.abort());
  try {
    const response = await attempt.send(abort.signal);
    return { status: response.status, body: parsed(await response.text()), headers: response.headers };
  } catch (error) {
    // Its message may quote the address, and with it a key: nothing but the system's own word for it is passed on.
    return { reason: abort.signal.aborted ? "was not answered in time" : `failed (${systemCode(error)})` };
  } finally {
    timer.cancel();
  }
}

/** Such as `ECONNREFUSED`, which runtimes put at the cause of what `fetch` throws. */
function systemCode(error: unknown): string {
  for (const at of [error, error instanceof Error ? error.cause : null]) {
    if (typeof at !== "object" || at === null || !("code" in at)) continue;
    if (typeof at.code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(at.code)) return at.code;
  }
  return "no connection";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function delay(world: World, ms: number): Promise<void> {
  return new Promise((resolve) => {
    world.after(ms, resolve);
  });
}

/** From 0 to 1, without 1. */
function fraction(world: World): number {
  return (world.random(1)[0] ?? 0) / 256;
}
