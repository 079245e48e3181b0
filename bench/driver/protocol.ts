import type { WorkloadName } from "../workloads.ts";

/** How the driver reaches a system: by the one request that answers when the run is done, or by event and follow. */
export type TargetAddress =
  /** POST to `origin` + `path`, with `:workload` replaced; the answer is the end of the run. */
  | {
      readonly kind: "direct";
      readonly origin: string;
      readonly path: string;
      readonly body: "event" | "input";
    }
  /** POST an event; the end arrives over the one stream of ended runs. */
  | {
      readonly kind: "follow";
      readonly origin: string;
      readonly eventKey: string;
      readonly bearer: string;
      /** The data of events is sealed with it. */
      readonly sealingKey?: string;
    };

/** One stretch of load. The window opens when the warm-up is over. */
export interface LoadOrder {
  readonly workload: WorkloadName;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Ends the window early, once this many runs have finished in it. */
  readonly runCountMax?: number;
}

/** What the driver saw between opening and closing. Times in milliseconds. */
export interface LoadResult {
  readonly windowMs: number;
  readonly runCount: number;
  readonly failureCount: number;
  readonly firstFailure: string | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** To the driver. */
export type DriverOrder =
  | { readonly kind: "connect"; readonly target: TargetAddress; readonly connections: number }
  | { readonly kind: "load"; readonly order: LoadOrder };

/** From the driver. `closed` comes as the window closes, `drained` once no run is in flight. */
export type DriverReport =
  | { readonly kind: "ready" }
  | { readonly kind: "connected" }
  | { readonly kind: "opened" }
  | { readonly kind: "closed"; readonly result: LoadResult }
  | { readonly kind: "drained" }
  | { readonly kind: "failed"; readonly message: string };
