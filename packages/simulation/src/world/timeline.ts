import type { Timer } from "@holdfast/server/rooms";

/** Virtual time: what will happen, in order. Nothing takes time but what says so. */
export interface Timeline {
  /** Milliseconds since the world began; never goes back. */
  readonly now: number;
  /** Happens `delayMs` from now, in whole milliseconds (at least 0); what is due at the same instant happens in the order it was asked for. */
  after(delayMs: number, happen: () => void): Timer;
  /** When the next thing happens, or null. */
  next(): number | null;
  /** Goes on to the next thing, lets it happen, and lets every promise run that it settled. False when there is none. */
  step(): Promise<boolean>;
  /** How much has happened. */
  readonly count: number;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  happen: (() => void) | null;
}

/** An empty timeline at instant 0. */
export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let count = 0;

  function peek(): Entry | undefined {
    while (heap[0] !== undefined && heap[0].happen === null) take(heap);
    return heap[0];
  }

  return {
    get now() {
      return now;
    },
    get count() {
      return count;
    },
    after(delayMs, happen) {
      const entry: Entry = { due: now + Math.max(0, Math.ceil(delayMs)), order: (order += 1), happen };
      put(heap, entry);
      return { cancel: () => void (entry.happen = null) };
    },
    next: () => peek()?.due ?? null,
    async step() {
      const entry = peek();
      if (entry === undefined) return false;
      take(heap);
      now = Math.max(now, entry.due);
      count += 1;
      entry.happen?.();
      await settle();
      return true;
    },
  };
}

/**
 * Lets every promise run that waits for nothing but its turn: the queue of microtasks is empty before an immediate runs.
 * However deep a chain of promises is, it ends before the next thing happens.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.due < right.due || (left.due === right.due && left.order < right.order);
}

function put(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    // Every index above another is in the heap.
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function take(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    // Both were just compared with the length.
    const child = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left;
    const below = heap[child] as Entry;
    if (!isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
}
