import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ServerOptions } from "@holdfast/server";

const MAIN = fileURLToPath(new URL("server-main.ts", import.meta.url));

/** One life of the server. */
export interface ServerLife {
  /** Resolves once it listens; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Exit code, or the name of the signal that ended it. */
  readonly gone: Promise<number | string>;
  signal(name: NodeJS.Signals): void;
  said(): string;
}

export function startLife(options: ServerOptions): ServerLife {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    ["-C", "@holdfast/source", MAIN],
    { env: { ...process.env, CRASH_OPTIONS: JSON.stringify(options) }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-8000);
  });
  const gone = once(child, "exit").then(([code, signal]: unknown[]) => (signal ?? code) as number | string);
  const ready = Promise.race([
    once(child.stdout, "data").then(() => undefined),
    gone.then((code) => {
      throw new Error(`The server ended with ${code} before it listened:\n${said}`);
    }),
  ]);
  // Whoever kills the server before it listens does not ask.
  ready.catch(() => undefined);
  return { ready, gone, signal: (name) => void child.kill(name), said: () => said };
}
