import type { RunStatus } from "@holdfast/protocol";
import fc from "fast-check";
import type { QueueItemKind } from "../../records.ts";

/**
 * One act on a store, as numbers: what they mean is decided against what is stored when it is asked for. `session` counts
 * from the youngest; -1 is none. `pick` chooses among what is there.
 */
export type Act =
  | ({ readonly act: "accept"; readonly event: EventPlan } & SessionPlan)
  | ({ readonly act: "open"; readonly runs: readonly RunPlan[] } & SessionPlan)
  | ({ readonly act: "advance" } & AdvancePlan)
  | { readonly act: "signal"; readonly name: string }
  | ({ readonly act: "lease"; readonly limit: number } & SessionPlan)
  | ({
      readonly act: "openSession" | "extendSession" | "closeSession";
      readonly lastsMs: number;
    } & SessionPlan)
  | { readonly act: "pause" | "resume"; readonly fn: number }
  | ({
      readonly act: "startGathering";
      readonly pick: number;
      readonly isStale: boolean;
      readonly run: RunPlan | null;
    } & SessionPlan)
  | ({
      readonly act: "fireTick";
      readonly pick: number;
      readonly isLast: boolean;
      readonly event: EventPlan;
    } & SessionPlan)
  | {
      readonly act: "register";
      readonly limit: number | null;
      readonly functions: readonly number[];
      readonly isTicking: boolean;
    }
  | { readonly act: "removeApp" | "addCancellation" | "removeCancellation"; readonly pick: number };

interface SessionPlan {
  readonly session: number;
}

export interface EventPlan {
  /** Of an event that is known already. */
  readonly isRepeated: boolean;
  readonly name: string;
  readonly order: string;
  readonly runs: readonly RunPlan[];
  readonly gathers: "debounce" | "batch" | null;
  readonly userId: string | null;
}

export interface RunPlan {
  /** Of a run that is known already: the whole act is refused. */
  readonly isRepeated: boolean;
  readonly fn: number;
  readonly dueInMs: number;
  readonly key: string | null;
  readonly isRateLimited: boolean;
  readonly singleton: "skip" | "cancel" | null;
  readonly priorityMs: number;
  readonly isCancelledBy: string | null;
}

export interface AdvancePlan extends SessionPlan {
  readonly pick: number;
  readonly isStale: boolean;
  readonly status: RunStatus;
  readonly kinds: readonly ("step.planned" | "step.sleeping" | "step.completed" | "step.failed")[];
  /** Which of the run's items are done. */
  readonly finish: readonly number[];
  readonly enqueue: readonly ItemPlan[];
  readonly emit: EventPlan | null;
}

export interface ItemPlan {
  readonly key: string;
  readonly kind: QueueItemKind;
  readonly dueInMs: number;
  /** The order it waits for, or null for an item that waits for no event. */
  readonly order: string | null;
  readonly backMs: number | null;
  readonly signal: { readonly name: string; readonly conflict: "fail" | "replace" } | null;
}

export const ORDERS = ["a", "b"] as const;
/** Any order will do. */
export const ANY = "any";

const dueInMs = fc.constantFrom(-20, 0, 0, 0, 10, 40);
const session = fc.integer({ min: -1, max: 2 });
const pick = fc.nat(30);
const fn = fc.integer({ min: 1, max: 6 });
const name = fc.constantFrom("order/paid", "payment");
const seldom = fc.nat(14).map((die) => die === 0);

const run: fc.Arbitrary<RunPlan> = fc.record({
  isRepeated: fc.nat(40).map((die) => die === 0),
  fn,
  dueInMs,
  key: fc.constantFrom(null, null, "x", "y"),
  isRateLimited: seldom,
  singleton: fc.constantFrom(null, null, null, null, "skip" as const, "cancel" as const),
  priorityMs: fc.constantFrom(0, 0, 500, -500),
  isCancelledBy: fc.constantFrom(null, null, ANY, ...ORDERS),
});

const event: fc.Arbitrary<EventPlan> = fc.record({
  isRepeated: seldom,
  name,
  order: fc.constantFrom(...ORDERS),
  runs: fc.array(run, { maxLength: 3 }),
  gathers: fc.constantFrom(null, null, "debounce" as const, "batch" as const),
  userId: fc.constantFrom(null, null, "u"),
});

const item: fc.Arbitrary<ItemPlan> = fc.record({
  key: fc.constantFrom("start", "a", "b", "c"),
  kind: fc.constantFrom("discovery", "step", "sleep", "wait", "wait", "invoke", "signal", "gateway"),
  dueInMs,
  order: fc.constantFrom(null, ANY, ...ORDERS),
  backMs: fc.constantFrom(null, 0, 10),
  signal: fc.constantFrom(
    null,
    null,
    { name: "go", conflict: "fail" } as const,
    { name: "go", conflict: "replace" } as const,
  ),
});

const weighted: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Act>])[] = [
  [5, fc.record({ act: fc.constant("accept"), event, session })],
  [1, fc.record({ act: fc.constant("open"), runs: fc.array(run, { minLength: 1, maxLength: 2 }), session })],
  [
    8,
    fc.record({
      act: fc.constant("advance"),
      pick,
      isStale: seldom,
      status: fc.constantFrom<RunStatus>("Running", "Running", "Running", "Completed", "Cancelled"),
      kinds: fc.array(fc.constantFrom("step.planned", "step.sleeping", "step.completed", "step.failed"), {
        maxLength: 2,
      }),
      finish: fc.array(fc.nat(3), { maxLength: 1 }),
      enqueue: fc.array(item, { maxLength: 2 }),
      emit: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: event }),
      session,
    }),
  ],
  [1, fc.record({ act: fc.constant("signal"), name: fc.constantFrom("go", "stop") })],
  [6, fc.record({ act: fc.constant("lease"), limit: fc.constantFrom(1, 3, 20), session })],
  [
    2,
    fc.record({
      act: fc.constantFrom("openSession", "openSession", "extendSession", "closeSession"),
      lastsMs: fc.constantFrom(0, 30, 1000),
      session,
    }),
  ],
  [1, fc.record({ act: fc.constantFrom("pause", "resume", "resume"), fn: fc.integer({ min: 1, max: 2 }) })],
  [
    2,
    fc.record({
      act: fc.constant("startGathering"),
      pick,
      isStale: seldom,
      run: fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: run }),
      session,
    }),
  ],
  [1, fc.record({ act: fc.constant("fireTick"), pick, isLast: seldom, event, session })],
  [
    1,
    fc.record({
      act: fc.constant("register"),
      limit: fc.constantFrom(null, 1, 2, 3),
      functions: fc.uniqueArray(fn, { minLength: 1, maxLength: 6 }),
      isTicking: fc.boolean(),
    }),
  ],
  [1, fc.record({ act: fc.constantFrom("removeApp", "addCancellation", "removeCancellation"), pick })],
];

/** Acts asked for at once, how much later than the ones before, and whether the store was opened anew in between. */
export interface Burst {
  readonly afterMs: number;
  readonly isReopened: boolean;
  readonly acts: readonly Act[];
}

export const burst: fc.Arbitrary<Burst> = fc.record({
  afterMs: fc.constantFrom(0, 0, 3, 10, 35),
  isReopened: fc.nat(20).map((die) => die === 0),
  acts: fc.array(fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 1,
    maxLength: 6,
  }),
});
