/**
 * The three workloads, said once: every app, ours and the peers', makes its steps from these functions,
 * so all of them do the same work and carry the same bytes.
 */
export type WorkloadName = "w1" | "w2" | "w3";

export interface Workload {
  readonly name: WorkloadName;
  readonly about: string;
  readonly stepCount: number;
  readonly parallel: boolean;
  /** Calls a server makes per run when every step is durable before the next one starts. */
  readonly callCount: number;
  /** Durable records per run in that mode: the event, each step, the end. */
  readonly recordCount: number;
}

export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  w1: { name: "w1", about: "one step", stepCount: 1, parallel: false, callCount: 2, recordCount: 3 },
  w2: {
    name: "w2",
    about: "ten steps in sequence",
    stepCount: 10,
    parallel: false,
    callCount: 11,
    recordCount: 12,
  },
  w3: {
    name: "w3",
    about: "ten steps in parallel",
    stepCount: 10,
    parallel: true,
    callCount: 12,
    recordCount: 12,
  },
};

export const WORKLOAD_NAMES: readonly WorkloadName[] = ["w1", "w2", "w3"];

export function isWorkloadName(text: string): text is WorkloadName {
  return text in WORKLOADS;
}

/** What starts a run, about 200 bytes of JSON: the event's data, or a peer's input. */
export interface RunInput {
  readonly n: number;
  readonly customer: { readonly email: string; readonly id: string; readonly plan: string };
  readonly currency: string;
  readonly note: string;
}

export function runInput(n: number): RunInput {
  return {
    currency: "EUR",
    customer: { email: "ada.lovelace@example.com", id: "cus_8842_77105", plan: "team" },
    n,
    note: "Leave the parcel with the neighbour if nobody opens the door.",
  };
}

export function stepName(index: number): string {
  return `step-${index}`;
}

/** The result of one step: `{ok, n}` for W1, about 100 bytes of JSON for the others. */
export function stepOutput(workload: WorkloadName, index: number, n: number): Record<string, unknown> {
  if (workload === "w1") return { n, ok: true };
  return { index, n, reference: "ord_2026_000417_7f3a", text: "Reserved, packed and handed to the carrier." };
}

/** What the function returns once its steps are done. */
export function runOutput(workload: WorkloadName, n: number): Record<string, unknown> {
  return { n, ok: true, workload };
}
