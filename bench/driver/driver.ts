import type { ChildProcess } from "node:child_process";
import { fork } from "../processes/child.ts";
import type { DriverOrder, DriverReport, LoadOrder, LoadResult, TargetAddress } from "./protocol.ts";

const CONNECTIONS_MAX = 256;
/** Beyond the load's own times: for slow answers, and for what is in flight when the window closes. */
const GRACE_MS = 60_000;

/** The orchestrator's handle on the driver process. One thing is awaited at a time. */
export class Driver {
  readonly #child: ChildProcess;
  #awaited: { readonly kind: DriverReport["kind"]; resolve(): void; reject(error: Error): void } | undefined;
  #onReport: (report: DriverReport) => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (report: DriverReport) => {
      this.#onReport(report);
      if (report.kind === this.#awaited?.kind) this.#awaited.resolve();
      if (report.kind === "failed") this.#awaited?.reject(new Error(report.message));
    });
    child.once("exit", (code) => this.#awaited?.reject(new Error(`The driver ended with code ${code}.`)));
  }

  static async start(): Promise<Driver> {
    const driver = new Driver(fork("driver", new URL("./main.ts", import.meta.url), []));
    await driver.#until("ready", GRACE_MS);
    return driver;
  }

  async connect(target: TargetAddress): Promise<void> {
    this.#send({ kind: "connect", target, connections: CONNECTIONS_MAX });
    await this.#until("connected", GRACE_MS);
  }

  /** Runs one order; `opened` and `closed` are called at the edges of the window, so that others can measure it too. */
  async load(order: LoadOrder, opened: () => void, closed: () => void): Promise<LoadResult> {
    let result: LoadResult | undefined;
    this.#onReport = (report) => {
      if (report.kind === "opened") opened();
      if (report.kind !== "closed") return;
      closed();
      result = report.result;
    };
    this.#send({ kind: "load", order });
    await this.#until("drained", order.warmUpMs + order.windowMs + GRACE_MS);
    if (result === undefined) throw new Error("The driver drained without closing its window.");
    return result;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #send(order: DriverOrder): void {
    this.#child.send(order);
  }

  async #until(kind: DriverReport["kind"], timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#awaited = { kind, resolve, reject };
    const late = new Error(`The driver did not report "${kind}" within ${timeoutMs} ms.`);
    const timer = setTimeout(() => reject(late), timeoutMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#awaited = undefined;
    }
  }
}
