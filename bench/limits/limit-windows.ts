import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fork, heard, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { startApp } from "../systems/apps.ts";
import { BENCH_KEYS } from "../systems/bench-keys.ts";
import type { LimitOrder, LimitResult } from "./limit-protocol.ts";

/** What the machine itself can do, beside which the systems' figures stand. */
export interface LimitWindow {
  readonly limit: "HTTP round trips" | "durable rows";
  readonly inFlight: number;
  readonly round: number;
  readonly perSecond: number;
  /** Rows in one commit, on average; NaN where nothing is committed. */
  readonly rowsPerCommit: number;
}

interface LimitOptions {
  readonly folder: string;
  readonly round: number;
  readonly inFlight: readonly number[];
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** Signed calls to the bare app: undici at one end, node:http at the other, nothing behind them. */
export async function measureHttp(options: LimitOptions): Promise<LimitWindow[]> {
  const app = await startApp({ kind: "bare", mode: "per-step" }, await freePort(), null);
  const argv = ["--app", new URL(app.url).origin, "--signing-key", BENCH_KEYS.signingKey];
  const windows = await measure(
    "HTTP round trips",
    new URL("./http-round-trips.ts", import.meta.url),
    argv,
    options,
  );
  await stop(app.child);
  return windows;
}

/** Rows made durable by a worker thread with group commit. */
export async function measureCommits(options: LimitOptions): Promise<LimitWindow[]> {
  const folder = join(options.folder, `commits-${options.round}`);
  mkdirSync(folder);
  return await measure(
    "durable rows",
    new URL("./group-commits.ts", import.meta.url),
    ["--data-dir", folder],
    options,
  );
}

async function measure(
  limit: LimitWindow["limit"],
  program: URL,
  argv: readonly string[],
  options: LimitOptions,
): Promise<LimitWindow[]> {
  const child = fork(limit, program, argv);
  await heard(limit, child, "listening", 20_000);
  const windows: LimitWindow[] = [];
  const { warmUpMs, windowMs } = options;
  // As for the systems: compiled code first, then each level.
  await ask(child, { inFlight: 64, warmUpMs: 0, windowMs: warmUpMs });
  for (const inFlight of options.inFlight) {
    const order = { inFlight, warmUpMs, windowMs };
    const result = await ask(child, order);
    windows.push({
      limit,
      inFlight,
      round: options.round,
      perSecond: (result.count * 1000) / result.windowMs,
      rowsPerCommit: result.commitCount === 0 ? Number.NaN : result.count / result.commitCount,
    });
  }
  await stop(child);
  return windows;
}

async function ask(child: ChildProcess, order: LimitOrder): Promise<LimitResult> {
  const signal = AbortSignal.timeout(order.warmUpMs + order.windowMs + 30_000);
  const measured = once(child, "message", { signal });
  child.send(order);
  // Sent by limit-protocol.ts, the only thing it sends after "listening".
  const [message] = (await measured) as [{ readonly result: LimitResult }];
  return message.result;
}
