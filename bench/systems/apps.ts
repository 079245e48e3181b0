import type { ChildProcess } from "node:child_process";
import { fork, heard } from "../processes/child.ts";
import { BENCH_KEYS } from "./bench-keys.ts";

const START_MS = 20_000;

/**
 * Which app answers the calls: the bare one, one on the official SDK or on our own and what it checkpoints, or that of
 * `fairness.ts`.
 */
export type AppChoice =
  | { readonly kind: "bare"; readonly mode: "per-step" | "checkpoint" }
  | { readonly kind: "sdk"; readonly checkpointing: "off" | "default" | "ten" }
  | { readonly kind: "own"; readonly checkpointing: "off" | "default" | "ten"; readonly isSealing: boolean }
  | { readonly kind: "neighbours"; readonly functions: readonly string[] };

export interface RunningApp {
  readonly child: ChildProcess;
  readonly url: string;
  /** Settles when a server has taken the app's registration. */
  readonly registered: Promise<void>;
}

export async function startApp(
  choice: AppChoice,
  port: number,
  serverOrigin: string | null,
): Promise<RunningApp> {
  const name = choice.kind === "bare" ? "bare app" : `${choice.kind} app`;
  const argv = ["--port", String(port), "--signing-key", BENCH_KEYS.signingKey];
  if (serverOrigin !== null) argv.push("--server", serverOrigin);
  if (choice.kind === "bare") argv.push("--mode", choice.mode);
  else if (choice.kind === "sdk") argv.push("--checkpointing", choice.checkpointing);
  else if (choice.kind === "own") {
    argv.push("--checkpointing", choice.checkpointing);
    if (choice.isSealing) argv.push("--sealing-key", BENCH_KEYS.sealingKey);
  } else argv.push("--functions", choice.functions.join(","));
  const child = fork(name, new URL(`../apps/${choice.kind}.ts`, import.meta.url), argv);
  const registered = heard(name, child, "registered", 2 * START_MS);
  registered.catch(() => {}); // Only those who need a registration wait for it.
  await heard(name, child, "listening", START_MS);
  return { child, url: `http://127.0.0.1:${port}/api/inngest`, registered };
}
