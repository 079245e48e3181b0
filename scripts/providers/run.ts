import { spawnSync } from "node:child_process";
import type { SpawnSyncOptions } from "node:child_process";

const WORDS_MAX = 2000;

/**
 * Runs a program to its end.
 *
 * @param withinMs how long it may take
 * @throws Error with its last words when it is not there, fails, or takes too long
 */
export function run(
  command: string,
  args: readonly string[],
  withinMs: number,
  options: Pick<SpawnSyncOptions, "cwd" | "env"> = {},
): void {
  const { error, signal, status, stderr, stdout } = spawnSync(command, [...args], {
    ...options,
    encoding: "utf8",
    timeout: withinMs,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error === undefined && status === 0) return;
  const why = error?.message ?? (signal === null ? `it ended with code ${status}` : `${signal} ended it`);
  const words = `${stdout ?? ""}${stderr ?? ""}`.trim().slice(-WORDS_MAX);
  throw new Error(`${[command, ...args].join(" ")}: ${why}\n${words}`, { cause: error });
}
