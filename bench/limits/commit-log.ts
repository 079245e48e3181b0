import { Worker } from "node:worker_threads";

/** Run, kind, body. A tuple, because it crosses to another thread by structured clone. */
export type LogRow = readonly [run: string, kind: string, body: string];

/** Durable appends with group commit: one batch under way, the next one gathers meanwhile, no timer. */
export class CommitLog {
  readonly #worker: Worker;
  #rows: LogRow[] = [];
  #settled: (() => void)[] = [];
  #underWay: (() => void)[] | undefined;
  commitCount = 0;

  constructor(path: string) {
    this.#worker = new Worker(new URL("./commit-worker.ts", import.meta.url), { workerData: { path } });
    this.#worker.on("message", () => this.#committed());
    // Without its store a limit measures nothing: stop loudly.
    this.#worker.on("error", (error) => {
      throw error;
    });
  }

  /** Settles once the row is on disk. */
  append(row: LogRow): Promise<void> {
    return this.appendAll([row]);
  }

  /** Settles once all rows are on disk, in one transaction. */
  appendAll(rows: readonly LogRow[]): Promise<void> {
    return new Promise((resolve) => {
      for (const row of rows) this.#rows.push(row);
      this.#settled.push(resolve);
      if (this.#underWay === undefined) this.#send();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(): void {
    const rows = this.#rows;
    this.#underWay = this.#settled;
    this.#rows = [];
    this.#settled = [];
    this.#worker.postMessage(rows);
  }

  #committed(): void {
    const settled = this.#underWay ?? [];
    this.#underWay = undefined;
    this.commitCount += 1;
    for (const resolve of settled) resolve();
    if (this.#rows.length > 0 && this.#underWay === undefined) this.#send();
  }
}
