import assert from "node:assert/strict";
import type { FunctionId, RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { Gate, NewRun, QueueItem } from "../../records.ts";

interface WatchedRun {
  readonly run: NewRun;
  readonly items: Map<string, QueueItem>;
  readonly held: Set<string>;
  revision: number;
  hasBegun: boolean;
  isEnded: boolean;
}

const CALLS: ReadonlySet<QueueItem["kind"]> = new Set(["discovery", "step", "gateway"]);

/**
 * Watches a store from outside while calls pass its gates: knows what was handed out, and says what must never be. It
 * does not know what the store will do next, only what it may do.
 */
export class GateWatch {
  readonly runs = new Map<RunId, WatchedRun>();
  readonly paused = new Set<FunctionId>();
  /** Of each throttle: since when there are runs behind it, how many were handed out, and when the last may have passed. */
  readonly #starts = new Map<string, { readonly since: number; count: number; lastAt: number }>();

  opened(run: NewRun, isHeld: boolean, now: number): void {
    const watched: WatchedRun = {
      run,
      items: new Map([[run.item.key, run.item]]),
      held: new Set(),
      revision: 0,
      hasBegun: false,
      isEnded: hasEnded(run.run.status),
    };
    this.runs.set(run.run.id, watched);
    for (const gate of run.gates) {
      if (gate.level === "throttle" && !this.#starts.has(gate.counter)) {
        this.#starts.set(gate.counter, { since: now, count: 0, lastAt: -Infinity });
      }
    }
    if (isHeld) this.handedOut(run.run.id, run.item.key, now);
  }

  handedOut(id: RunId, key: string, now: number): void {
    const watched = this.#get(id);
    assert.ok(watched.items.has(key), `${id} ${key} was handed out and is not queued`);
    assert.ok(!watched.held.has(key), `${id} ${key} was handed out twice`);
    watched.held.add(key);
    if (!watched.hasBegun) {
      watched.hasBegun = true;
      for (const gate of watched.run.gates) if (gate.level === "throttle") this.#started(gate, now);
    }
  }

  /** The run ended. It may have passed its throttle without ever being handed out. */
  ended(id: RunId, now: number): void {
    const watched = this.#get(id);
    watched.isEnded = true;
    for (const gate of watched.run.gates) {
      const starts = gate.level === "throttle" ? this.#starts.get(gate.counter) : undefined;
      if (starts !== undefined && !watched.hasBegun) starts.lastAt = now;
    }
  }

  /** Whatever was held is free: the sessions ended. */
  freed(): void {
    for (const watched of this.runs.values()) watched.held.clear();
  }

  /** No counter has more calls, or runs, than its gate allows. */
  assertWithinLimits(): void {
    for (const { run } of this.runs.values()) {
      for (const gate of run.gates) {
        if (gate.level === "throttle") continue;
        const taken = this.#taken(gate);
        assert.ok(taken <= gate.max, `${taken} of ${gate.max} at ${gate.level} ${gate.counter}`);
      }
    }
  }

  /** To be asked when leases have nothing more to give: whoever waits has a reason. */
  assertNobodyWaitsForNothing(now: number): void {
    for (const watched of this.runs.values()) {
      if (watched.isEnded || this.paused.has(watched.run.run.functionId)) continue;
      for (const [key, item] of watched.items) {
        if (watched.held.has(key) || item.dueAt > now) continue;
        const isBlocked =
          CALLS.has(item.kind) && watched.run.gates.some((gate) => this.#blocks(watched, gate, now));
        assert.ok(isBlocked, `${item.runId} ${key} waits although every gate has room`);
      }
    }
  }

  #blocks(watched: WatchedRun, gate: Gate, now: number): boolean {
    if (gate.level === "step") return this.#taken(gate) >= gate.max;
    if (watched.hasBegun) return false;
    if (gate.level !== "throttle") return this.#taken(gate) >= gate.max;
    const lastAt = this.#starts.get(gate.counter)?.lastAt ?? -Infinity;
    return lastAt + gate.periodMs / gate.limit > now;
  }

  #taken(gate: Gate): number {
    let taken = 0;
    for (const { run, held, items, hasBegun, isEnded } of this.runs.values()) {
      if (isEnded || !run.gates.some((own) => own.level === gate.level && own.counter === gate.counter)) {
        continue;
      }
      if (gate.level === "run") taken += hasBegun ? 1 : 0;
      else for (const key of held) taken += CALLS.has(items.get(key)?.kind ?? "sleep") ? 1 : 0;
    }
    return taken;
  }

  /** No more starts than intervals began since there was something to start, and one. */
  #started(gate: Gate & { level: "throttle" }, now: number): void {
    const starts = this.#starts.get(gate.counter);
    assert.ok(starts !== undefined);
    starts.count += 1;
    starts.lastAt = now;
    const most = Math.floor(((now - starts.since) * gate.limit) / gate.periodMs) + 1 + gate.burst;
    assert.ok(starts.count <= most, `${starts.count} starts in ${now - starts.since} ms, ${most} allowed`);
  }

  #get(id: RunId): WatchedRun {
    const watched = this.runs.get(id);
    assert.ok(watched !== undefined, `${id} was handed out and is not known`);
    return watched;
  }
}
