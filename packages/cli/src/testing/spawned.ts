/** Runs the real command as a process of its own, for tests. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const MAIN = join(import.meta.dirname, "..", "main.ts");

interface SpawnOptions {
  readonly cwd: string;
  /** Variables besides `PATH`: the tester's own settings must not count. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Spawned {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly output: () => string;
  /** Waits until what was printed so far, on both streams, matches. */
  readonly prints: (words: RegExp) => Promise<RegExpExecArray>;
}

/** Starts `holdfast` with these arguments. */
export function spawnHoldfast(args: readonly string[], { cwd, env = {}, stdin }: SpawnOptions): Spawned {
  const child = spawn(process.execPath, ["-C", "@holdfast/source", MAIN, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, ...env },
  });
  // A test that failed half-way leaves nothing running.
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("close", () => process.off("exit", end));
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => ((stdout += text), heard()));
  child.stderr.setEncoding("utf8").on("data", (text: string) => ((stderr += text), heard()));
  child.stdin.end(stdin ?? "");
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    // Only a program that could not be started has none; `ended` says why.
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    output: () => stdout + stderr,
    prints: (words) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = words.exec(stdout + stderr);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended without printing ${words}:\n${stdout}${stderr}`)));
      }),
  };
}

/** Runs `holdfast` to its end. */
export function runHoldfast(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  return spawnHoldfast(args, options).ended;
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
