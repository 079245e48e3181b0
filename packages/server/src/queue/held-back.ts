import type { FunctionId } from "@holdfast/protocol";
import type { QueueItemKind } from "#store";
import type { Work } from "./contract.ts";

/** What a pause holds back. Everything else (ends of pauses, cancellations, time-outs) goes on: it calls no app. */
const CALLS: ReadonlySet<QueueItemKind> = new Set(["discovery", "step", "gateway"]);

/**
 * Calls of paused functions that this process held when the pause began, or was handed from the hold of another session.
 * There are at most as many as the store admits of one function; it hands out no further ones until the function resumes.
 */
export class HeldBack {
  readonly #calls: Map<FunctionId, Work[]>;

  constructor(paused: Iterable<FunctionId>) {
    this.#calls = new Map(Array.from(paused, (functionId) => [functionId, []]));
  }

  pause(functionId: FunctionId): void {
    if (!this.#calls.has(functionId)) this.#calls.set(functionId, []);
  }

  /** Keeps the work until its function resumes, if that is what it takes; otherwise `false`. */
  keep({ item, functionId }: Work): boolean {
    const calls = this.#calls.get(functionId);
    if (calls === undefined || !CALLS.has(item.kind)) return false;
    // A pause may last for months, and the run will have been forgotten: it is read again when its time comes.
    calls.push({ item, functionId, snapshot: null });
    return true;
  }

  /** Gives back what was kept of the function, in order. */
  resume(functionId: FunctionId): readonly Work[] {
    const calls = this.#calls.get(functionId) ?? [];
    this.#calls.delete(functionId);
    return calls;
  }
}
