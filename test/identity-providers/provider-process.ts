import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { until } from "../kit/until.ts";

/** A program of a provider, with whatever it starts. Disposing of it ends them all; that they have ended already is no error. */
export interface ProviderProcess extends AsyncDisposable {
  /** Of the group that it and its workers are in. */
  readonly pid: number;
  /**
   * Waits until an address answers 200.
   *
   * @param withinMs how long at most
   * @throws Error with its last words, at once when the program ends before
   */
  answers(url: string, withinMs: number): Promise<void>;
}

export interface ProviderProgram {
  /** What it is called in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const WORDS_MAX = 2000;

/**
 * Runs the program and kills the group with which it runs when nobody holds the pipe any more: a test that is killed takes its
 * provider along.
 */
const WATCHED = `exec 3<&0
"$@" 3<&- </dev/null &
program=$!
{ read -r _ <&3; kill -KILL 0; } &
watch=$!
wait "$program"
code=$?
kill -KILL "$watch"
exit "$code"`;

/** Starts a program in a group of its own. @throws Error when it cannot be started */
export async function startProvider({ args, command, env, name }: ProviderProgram): Promise<ProviderProcess> {
  const child = spawn("/bin/sh", ["-c", WATCHED, name, command, ...args], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let words = "";
  const hear = (chunk: string): void => {
    words = (words + chunk).slice(-WORDS_MAX);
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  let end: string | null = null;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      end = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      resolve();
    });
  });
  /** Its last words are said, by it and by whatever it started. */
  const silent = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => reject(new Error(`${name} cannot be started`, { cause })));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} was started and has no id`);
  // Written to nobody: the pipe is held, and closed by the end of this process.
  child.stdin.on("error", () => undefined);

  return {
    pid,
    async answers(url, withinMs) {
      const said = (why: string, cause?: unknown): Error =>
        new Error(`${name} does not answer: ${why}.\n${words}`, { cause });
      await until(
        `${name} answers`,
        async () => end !== null || (await fetch(url, { signal: AbortSignal.timeout(5000) })).status === 200,
        { timeoutMs: withinMs },
      ).catch((cause: unknown) => {
        throw said(`${withinMs} ms passed`, cause);
      });
      if (end === null) return;
      killGroup(pid);
      await silent;
      throw said(end);
    },
    async [Symbol.asyncDispose]() {
      killGroup(pid);
      await ended;
    },
  };
}

/** Ends a group of processes, if there is one still. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Whoever killed it was faster, or it ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A port that nobody listens at, a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
