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
  send(signal: AbortSignal): Promise<RawAnswer>;
}

/** An answer before it is read as JSON. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Why it is not to be acted upon, where its signature says so. */
  readonly distrust?: string;
}

/** A response with its body, which is read to its end. */
export async function rawAnswer(response: Response): Promise<RawAnswer> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/**
 * Sends a request until it is answered: what may be repeated is, up to 5 times from 100 ms, as long as nobody answers, the
 * answer is 429 or 5xx, or it is not the server's. The last answer counts, whatever its status.
 *
 * @throws HoldfastError `server_unreachable` when nobody answered, `answer_unverified` when somebody else did. They say
 * nothing of what was sent.
 */
export async function untilAnswered(world: World, attempt: Attempt): Promise<ApiAnswer> {
  for (let count = 1; ; count++) {
    const isLast = !attempt.isRepeatable || count === ATTEMPTS_MAX;
    const outcome = await once(world, attempt);
    if (isLast && "reason" in outcome) throw fault(attempt.what, count, outcome);
    if (!("reason" in outcome) && (isLast || !isPassing(outcome.status))) return outcome;
    await delay(world, DELAY_MS * 2 ** (count - 1) + Math.floor(fraction(world) * DELAY_MS));
  }
}

/** Whether the same request may be answered otherwise in a moment. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Why there is no answer to act upon. */
interface Failure {
  readonly code: "server_unreachable" | "answer_unverified";
  readonly reason: string;
}

async function once(world: World, attempt: Attempt): Promise<ApiAnswer | Failure> {
  const abort = new AbortController();
  const timer = world.after(REQUEST_MS_MAX, () => abort.abort());
  try {
    const { status, headers, text, distrust } = await attempt.send(abort.signal);
    if (distrust !== undefined)
      return { code: "answer_unverified", reason: `was not answered by it (${distrust})` };
    return { status, body: parsed(text), headers };
  } catch (error) {
    // Its message may quote the address, and with it a key: nothing but the system's own word for it is passed on.
    const reason = abort.signal.aborted ? "was not answered in time" : `failed (${systemCode(error)})`;
    return { code: "server_unreachable", reason };
  } finally {
    timer.cancel();
  }
}

function fault(what: string, attemptCount: number, { code, reason }: Failure): HoldfastError {
  const times = attemptCount === 1 ? "" : ` in ${attemptCount} attempts`;
  const next = code === "server_unreachable" ? "Start the server, or correct HOLDFAST_BASE_URL." : null;
  return new HoldfastError(
    code,
    `Cannot reach the server${times}: ${what} ${reason}.`,
    next === null ? {} : { next },
  );
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
