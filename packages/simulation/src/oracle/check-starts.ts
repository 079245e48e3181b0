import type { FunctionSpec } from "../scenario/scenario.ts";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { clockJumped } from "./rest-world.ts";

const DAY_MS = 86_400_000;
/** Between the moment at which a start is let through and its call lie a commit and two messages. */
const SLACK_MS = 2000;

/** Runs start as seldom as their functions ask for. */
export function checkStarts(world: RestWorld, runs: readonly RestRun[]): void {
  if (clockJumped(world)) return;
  for (const spec of world.specs.values()) {
    const own = runs.filter((run) => run.spec === spec);
    checkIdempotency(world, spec, own);
    if (isSteady(world)) checkThrottle(world, spec, own);
  }
}

/** One run in 24 hours for each key. */
function checkIdempotency({ oracle }: RestWorld, spec: FunctionSpec, runs: readonly RestRun[]): void {
  if (!spec.options.isIdempotent || spec.options.debounce !== null || spec.options.batch !== null) return;
  const last = new Map<number, RestRun>();
  for (const run of runs) {
    const earlier = last.get(run.data.k);
    if (earlier !== undefined && run.run.queuedAt - earlier.run.queuedAt < DAY_MS - SLACK_MS) {
      oracle.violate("run-doubled", `${run.what} has the idempotency key of ${earlier.what}`);
    }
    last.set(run.data.k, run);
  }
}

/** Whether nothing in this world holds back what was let through: only then does the instant of a call tell of it. */
function isSteady({ scenario: { acts, settings } }: RestWorld): boolean {
  const { chances } = settings;
  return (
    settings.callSlots >= 100 &&
    !acts.some(({ kind }) => kind === "pause" || kind.startsWith("server-")) &&
    !Object.keys(chances).some((kind) => kind.startsWith("crash") || kind.startsWith("disk"))
  );
}

/** GCRA (wire-protocol 14.2): `burst + 1` starts at once, then one for each `period / limit`. */
function checkThrottle({ oracle }: RestWorld, spec: FunctionSpec, runs: readonly RestRun[]): void {
  const { throttle } = spec.options;
  // A limit may hold back what the throttle let through.
  if (throttle === null || spec.options.limits.length > 0 || spec.options.singleton !== null) return;
  const intervalMs = throttle.periodMs / throttle.limit;
  const keys = Map.groupBy(runs, (run) => (throttle.isKeyed ? run.data.k : 0));
  for (const together of keys.values()) {
    const starts = together
      .flatMap(({ run }) => (run.startedAt === null ? [] : [run.startedAt]))
      .sort((left, right) => left - right);
    for (const [index, startedAt] of starts.entries()) {
      const earlier = starts[index - throttle.burst - 1];
      if (earlier === undefined || startedAt - earlier >= intervalMs - SLACK_MS) continue;
      oracle.violate(
        "throttle-exceeded",
        `${throttle.burst + 2} runs of ${spec.name} started within ${startedAt - earlier} ms, one in ${intervalMs} ms is allowed`,
      );
    }
  }
}
