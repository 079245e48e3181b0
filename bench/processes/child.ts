import { fork as forkProcess, spawn as spawnProcess } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * Every process the benchmark starts goes through here, so that none outlives it:
 * all are killed when this process ends, whichever way it ends.
 */
const children = new Set<ChildProcess>();

/**
 * What a process inherits: enough to run. A small, equal environment for all, because some programs read the whole
 * of it on every request, and because no setting of the person at the keyboard may change a figure.
 */
export const CHILD_ENV: NodeJS.ProcessEnv = Object.fromEntries(
  ["PATH", "HOME", "USER", "LANG", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

function keep(name: string, child: ChildProcess): ChildProcess {
  children.add(child);
  child.once("exit", () => children.delete(child));
  child.once("error", (error) => process.stderr.write(`${name}: ${error.message}\n`));
  return child;
}

/** A Node program of ours in a process of its own, with a channel. It ends when the channel closes. */
export function fork(
  name: string,
  program: URL,
  argv: readonly string[],
  execArgv: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  return keep(
    name,
    forkProcess(fileURLToPath(program), argv, {
      env: { ...CHILD_ENV, ...env },
      execArgv: ["-C", "@holdfast/source", ...execArgv],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }),
  );
}

/** Any other program. Its standard output is not read; what it says on standard error is kept for a failure. */
export function spawn(
  name: string,
  command: string,
  argv: readonly string[],
  options: SpawnOptions,
): { readonly child: ChildProcess; readonly lastWords: () => string } {
  const child = keep(
    name,
    spawnProcess(command, argv, { env: CHILD_ENV, ...options, stdio: ["ignore", "pipe", "pipe"] }),
  );
  let tail = "";
  const listen = (chunk: Buffer): void => {
    tail = (tail + chunk.toString("utf8")).slice(-4000);
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  return { child, lastWords: () => tail };
}

/** Waits for a message of this kind from a forked program. */
export async function heard(
  name: string,
  child: ChildProcess,
  kind: string,
  timeoutMs: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onMessage = (message: { kind?: string }): void => {
    if (message.kind === kind) resolve();
  };
  const onExit = (code: number | null): void => {
    reject(new Error(`${name} ended with code ${code} before it was ${kind}.`));
  };
  const timer = setTimeout(
    () => reject(new Error(`${name} was not ${kind} within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  child.on("message", onMessage);
  child.once("exit", onExit);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    child.off("message", onMessage);
    child.off("exit", onExit);
  }
}

/** Ends a process politely, then for good. */
export async function stop(
  child: ChildProcess,
  signal: NodeJS.Signals = "SIGTERM",
  patienceMs = 5000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  const ended = await Promise.race([exited, sleep(patienceMs, "late", { ref: false })]);
  if (ended !== "late") return;
  child.kill("SIGKILL");
  await exited;
}

process.on("exit", () => {
  // SIGQUIT first where a program has children of its own (PostgreSQL): they follow their parent at once.
  for (const child of children) child.kill("SIGQUIT");
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
