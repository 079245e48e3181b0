import { hasEnded } from "@holdfast/protocol";
import type { Advance, EgressRequest, RunSnapshot } from "@holdfast/server/rooms";
import { isCall, parseCall } from "../app/call.ts";
import { slugOf } from "../scenario/registration.ts";
import type { Scenario, SentEvent } from "../scenario/scenario.ts";
import type { CallWatch } from "../world/network.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { createInFlight } from "./in-flight.ts";
import type { RunFacts } from "./run-facts.ts";
import type { Invariant, Violation } from "./violation.ts";

/** An event somebody sent, and what became of it as far as the sender knows. */
export interface SentFacts {
  readonly event: SentEvent;
  /** Ids of the events the server acknowledged; null while, or when, no answer came. */
  acknowledged: string | null;
}

/**
 * Watches the server from outside: what it sends, what it commits and is told of, what senders were promised. Whatever
 * goes against an invariant is noted at the instant at which it happens.
 */
export interface Oracle {
  readonly violation: Violation | null;
  readonly runs: ReadonlyMap<string, RunFacts>;
  readonly sent: readonly SentFacts[];
  violate(invariant: Invariant, message: string): void;
  sends(event: SentEvent): SentFacts;
  /** A process is about to call an app. */
  watchCall(process: SimulatedProcess): CallWatch;
  /** A process asks for a commit on a run; the function it returns is told how that went, if the process is. */
  advances(process: SimulatedProcess, advance: Advance): (isCommitted: boolean) => void;
  /** What a run holds that a new process finds. */
  found(snapshot: RunSnapshot): void;
  /** Everything that followed from the last thing that happened has run. */
  turnEnds(): void;
  crashed(process: SimulatedProcess): void;
  /** From now on the process may act on what is no longer so: another took its place while it stood still. */
  outlived(process: SimulatedProcess): void;
}

export function createOracle(scenario: Scenario, now: () => number): Oracle {
  const bySlug = new Map(scenario.functions.map((spec) => [slugOf(spec.name), spec]));
  const runs = new Map<string, RunFacts>();
  const sent: SentFacts[] = [];
  const inFlight = createInFlight(scenario.settings.hasTwoNodes);
  const open = new Map<SimulatedProcess, Set<() => void>>();
  const outlived = new Set<SimulatedProcess>();
  /** What processes were told in this turn. */
  const told: (() => void)[] = [];
  /** Runs that ended before anybody was called for them. */
  const endedUncalled = new Set<string>();
  /** Runs that a process asked to end: they may be over, and hold no room from then on. */
  const ending = new Set<string>();
  let violation: Violation | null = null;

  function violate(invariant: Invariant, message: string): void {
    violation ??= { invariant, message, at: now() };
  }

  function begins(process: SimulatedProcess, request: EgressRequest): () => void {
    if (!isCall(request)) return () => undefined;
    const call = parseCall(request);
    const spec = bySlug.get(call.slug);
    if (spec === undefined) {
      violate("unexpected-error", `a call for the function "${call.slug}", which nobody registered`);
      return () => undefined;
    }
    let run = runs.get(call.runId);
    if (run === undefined) {
      run = {
        runId: call.runId,
        spec,
        data: call.data,
        memos: new Map(),
        hasEnded: false,
        endRevision: null,
        handOuts: new Set(),
      };
      runs.set(call.runId, run);
    }
    const facts = run;
    const what = `run ${call.runId} (${spec.name}), item ${call.itemKey}, generation ${call.generation}`;
    const handOut = `${call.itemKey}#${call.generation}`;
    if (facts.handOuts.has(handOut)) violate("handed-out-twice", `${what} was called before`);
    facts.handOuts.add(handOut);
    if (outlived.has(process)) return () => undefined;
    if (facts.hasEnded || endedUncalled.has(facts.runId))
      violate("called-after-end", `${what}: the run is over`);
    const finished = call.target === null ? undefined : facts.memos.get(call.target);
    if (finished !== undefined && (finished.toldTo === null || finished.toldTo === process)) {
      violate("step-repeated", `${what}: step ${call.target} is finished`);
    }
    for (const [id, { text, toldTo }] of facts.memos) {
      if (call.memos.has(id)) {
        if (JSON.stringify(call.memos.get(id)) !== text)
          violate("memo-changed", `${what}: step ${id} is not ${text}`);
      } else if (toldTo === null || toldTo === process) {
        violate("step-repeated", `${what}: the call does not hold the result of step ${id}`);
      }
    }
    if (ending.has(facts.runId)) return () => undefined;
    const broken = inFlight.begin(facts, call.itemKey);
    if (broken !== null) violate("limit-exceeded", `${what}: ${broken}`);
    return () => inFlight.end(facts, call.itemKey);
  }

  function learn(facts: RunFacts, id: string, text: string, toldTo: SimulatedProcess | null): void {
    const known = facts.memos.get(id);
    if (known === undefined || toldTo === null) facts.memos.set(id, { text, toldTo });
    if (known !== undefined && known.text !== text) {
      violate("memo-changed", `run ${facts.runId}: step ${id} was ${known.text}, and is ${text}`);
    }
  }

  return {
    get violation() {
      return violation;
    },
    runs,
    sent,
    violate,
    sends(event) {
      const facts: SentFacts = { event, acknowledged: null };
      sent.push(facts);
      return facts;
    },
    watchCall(process) {
      let end = (): void => undefined;
      const calls = open.get(process) ?? new Set();
      open.set(process, calls);
      return {
        begins(request) {
          end = begins(process, request);
          calls.add(end);
        },
        ends() {
          if (calls.delete(end)) end();
        },
      };
    },
    advances(process, advance) {
      const ends = hasEnded(advance.run.status);
      if (ends) {
        ending.add(advance.runId);
        const known = runs.get(advance.runId);
        if (known !== undefined) inFlight.runEnds(known);
      }
      const learnOutcome = (isCommitted: boolean): void => {
        const facts = runs.get(advance.runId);
        if (facts === undefined) {
          if (!isCommitted) ending.delete(advance.runId);
          else if (ends) endedUncalled.add(advance.runId);
          return;
        }
        if (!isCommitted) {
          if (!facts.hasEnded) ending.delete(facts.runId);
          return;
        }
        for (const entry of advance.journal) {
          if (entry.stepId !== null && (entry.kind === "step.completed" || entry.kind === "step.failed")) {
            learn(facts, entry.stepId, JSON.stringify(JSON.parse(entry.data ?? "null")), process);
          }
        }
        if (!ends) return;
        const revision = advance.expectedRevision + 1;
        if ((facts.endRevision ??= revision) !== revision) {
          violate("ended-twice", `run ${facts.runId} ended again, as ${advance.run.status}`);
        }
        facts.hasEnded = true;
      };
      // The process knows at the end of the turn: until then what it was told is on its way to where it decides.
      return (isCommitted) => void told.push(() => learnOutcome(isCommitted));
    },
    turnEnds() {
      for (const learnNow of told.splice(0)) learnNow();
    },
    found(snapshot) {
      const facts = runs.get(snapshot.run.id);
      if (facts === undefined) return;
      for (const { id, memo } of snapshot.steps) learn(facts, id, JSON.stringify(JSON.parse(memo)), null);
      facts.hasEnded ||= hasEnded(snapshot.run.status);
      if (!facts.hasEnded) ending.delete(facts.runId);
      if (facts.hasEnded) facts.endRevision ??= snapshot.run.revision;
    },
    crashed(process) {
      for (const end of open.get(process) ?? []) end();
      open.delete(process);
    },
    outlived: (process) => {
      outlived.add(process);
      for (const end of open.get(process) ?? []) end();
      open.delete(process);
    },
  };
}
