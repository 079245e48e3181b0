import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fork } from "../processes/child.ts";
import type { DriverOrder, DriverReport, LoadOrder, LoadResult, TargetAddress } from "./protocol.ts";

const CONNECTIONS_MAX = 256;
/** Beyond the load's own times: for slow answers, and for what is in flight when the window closes. */
const GRACE_MS = 60_000;

/** The orchestrator's handle on the driver process. */
export class Driver {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<Driver> {
    const child = fork("driver", new URL("./main.ts", import.meta.url), []);
    const driver = new Driver(child);
    await driver.#next("ready", GRACE_MS);
    return driver;
  }

  async connect(target: TargetAddress): Promise<void> {
    const connected = this.#next("connected", GRACE_MS);
    this.#send({ kind: "connect", target, connections: CONNECTIONS_MAX });
    await connected;
  }

  /** Runs one order; `opened` and `closed` are called at the edges of the window, so that others can measure it too. */
  async load(order: LoadOrder, opened: () => void, closed: () => void): Promise<LoadResult> {
    const drained = this.#next("drained", order.warmUpMs + order.windowMs + GRACE_MS);
    const result = Promise.withResolvers<LoadResult>();
    const listen = (report: DriverReport): void => {
      if (report.kind === "opened") opened();
      if (report.kind !== "closed") return;
      closed();
      result.resolve(report.result);
    };
    this.#child.on("message", listen);
    try {
      this.#send({ kind: "load", order });
      await drained;
      return await result.promise;
    } finally {
      this.#child.off("message", listen);
    }
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #send(order: DriverOrder): void {
    this.#child.send(order);
  }

  async #next(kind: DriverReport["kind"], timeoutMs: number): Promise<void> {
    const abort = new AbortController();
    const heard = new Promise<void>((resolve, reject) => {
      this.#child.on("message", (report: DriverReport) => {
        if (report.kind === kind) resolve();
        if (report.kind === "failed") reject(new Error(report.message));
      });
      this.#child.once("exit", (code) => reject(new Error(`The driver ended with code ${code}.`)));
    });
    const late = sleep(timeoutMs, undefined, { signal: abort.signal, ref: false }).then(() => {
      throw new Error(`The driver did not report "${kind}" within ${timeoutMs} ms.`);
    });
    try {
      await Promise.race([heard, late]);
    } finally {
      // Whichever lost must not be heard of again.
      late.catch(() => {});
      heard.catch(() => {});
      abort.abort();
    }
  }
}
