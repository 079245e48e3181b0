import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { BatchReply, Command } from "./commands.ts";
import { errorOf } from "./failures.ts";
import type { Writer } from "./writer.ts";
import type { FromWriter, OpenReport, ToWriter, WriterStart } from "./writer-protocol.ts";

/** This file is `.ts` in a checkout and `.js` in `dist`; so is its neighbour. */
const THREAD = new URL(`./writer-thread${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

export interface ThreadedWriter extends Writer {
  readonly report: OpenReport;
  /** Stops the thread between two instructions, as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts the writer on a thread of its own and waits until it has opened the file.
 *
 * @throws HoldfastError why the file cannot be opened
 */
export async function startThreadedWriter(
  path: string,
  owner: string | null = null,
): Promise<ThreadedWriter> {
  const start: WriterStart = { path, owner };
  const worker = new Worker(THREAD, {
    workerData: start,
    name: "holdfast-store",
    execArgv: conditionsOf(process.execArgv),
  });
  const line = new ThreadLine(worker);
  const answer = await line.next();
  if (answer.kind === "failed") throw errorOf(answer.failure);
  if (answer.kind !== "opened") throw unexpected(answer);
  const { report } = answer;
  return {
    report,
    get deathCause() {
      return line.deathCause;
    },
    async execute(commands: readonly Command[]): Promise<BatchReply> {
      const reply = await line.ask(commands);
      if (reply.kind !== "done") throw unexpected(reply);
      return reply.reply;
    },
    async close() {
      if (line.deathCause !== null) return;
      const reply = await line.ask("close");
      if (reply.kind === "failed") throw errorOf(reply.failure);
    },
    async kill() {
      await worker.terminate();
    },
  };
}

/**
 * Questions to the thread and its answers, one at a time. An idle thread does not keep the process alive; a question
 * that waits for its answer does.
 */
class ThreadLine {
  readonly #worker: Worker;
  #waiting: { resolve(message: FromWriter): void; reject(error: Error): void } | null = null;
  #deathCause: Error | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message: FromWriter) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      worker.unref();
      waiting?.resolve(message);
    });
    worker.on("error", (error: unknown) => this.#die(error));
    worker.on("exit", (code) => this.#die(new Error(`the store's writer ended with code ${code}`)));
  }

  get deathCause(): Error | null {
    return this.#deathCause;
  }

  ask(message: ToWriter): Promise<FromWriter> {
    const answer = this.next();
    this.#worker.postMessage(message);
    return answer;
  }

  next(): Promise<FromWriter> {
    if (this.#deathCause !== null) return Promise.reject(this.#deathCause);
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #die(error: unknown): void {
    this.#deathCause ??= error instanceof Error ? error : new Error(String(error));
    this.#waiting?.reject(this.#deathCause);
    this.#waiting = null;
  }
}

function unexpected(message: FromWriter): TypeError {
  return new TypeError(`The store's writer said "${message.kind}" out of turn.`);
}

/**
 * The flags of this process that decide where imports lead (`-C @holdfast/source` in a checkout). Only these: a thread
 * refuses flags that are the whole process's, such as heap sizes.
 */
function conditionsOf(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    if (flag.startsWith("--conditions=")) return [flag];
    const value = flags[index + 1];
    return (flag === "-C" || flag === "--conditions") && value !== undefined ? [flag, value] : [];
  });
}
