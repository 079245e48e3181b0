import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A process of the story: the server, or the app. */
export interface StoryProcess {
  readonly pid: number;
  /** Resolves with the exit code, or the signal's name, once the process is gone. */
  readonly gone: Promise<number | string>;
  /** Whatever it said on stdout and stderr so far, for the day it does not start. */
  said(): string;
  signal(name: NodeJS.Signals): void;
}

/** Starts a program of this repository in a process of its own, on the Node that runs this one. */
export function startProcess(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): StoryProcess {
  return startCommand(
    process.execPath,
    ["--max-semi-space-size=16", "-C", "@holdfast/source", `${ROOT}${program}`, ...args],
    { cwd: ROOT, env: { ...process.env, ...env } },
  );
}

/** Starts any program in a process of its own. */
export function startCommand(
  command: string,
  args: readonly string[],
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): StoryProcess {
  const child: ChildProcess = spawn(command, args, { ...where, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString("utf8")).slice(-20_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const gone = once(child, "exit").then(([code, signal]: unknown[]) => (signal ?? code) as number | string);
  const end = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", end);
  void gone.finally(() => process.off("exit", end));
  return { pid: child.pid ?? 0, gone, said: () => said, signal: (name) => void child.kill(name) };
}

/** Asks until the answer is not undefined; gives up, saying what for, when a process is gone or the time is over. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  options: { readonly timeoutMs: number; readonly of?: StoryProcess },
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let over: number | string | undefined;
  void options.of?.gone.then((code) => {
    over = code;
  });
  let reason: unknown;
  while (performance.now() < deadline && over === undefined) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      reason = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const why = over === undefined ? `waited ${options.timeoutMs} ms` : `its process ended with ${over}`;
  throw new Error(`${what} did not happen: ${why}\n${options.of?.said() ?? ""}`, { cause: reason });
}

/** The wished port when nothing listens there, otherwise any free one. */
export async function freePort(wished: number): Promise<number> {
  for (const port of [wished, 0]) {
    const found = await new Promise<number | null>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(null));
      probe.listen({ port, host: "127.0.0.1" }, () => {
        const address = probe.address();
        const free = typeof address === "object" && address !== null ? address.port : null;
        probe.close(() => resolve(free));
      });
    });
    if (found !== null) return found;
  }
  throw new Error("No free port on 127.0.0.1");
}
