/** What became of everything that was sent, and what may be said of it afterwards. */
export class Ledger {
  readonly #waiting = new Set<string>();
  readonly #acknowledgedIds = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #refusals = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  #sent = 0;

  get acknowledged(): ReadonlySet<string> {
    return this.#acknowledgedIds;
  }

  /** Acknowledged events whose run has not ended yet. */
  get open(): readonly string[] {
    return [...this.#waiting];
  }

  get openCount(): number {
    return this.#waiting.size;
  }

  send(): void {
    this.#sent += 1;
  }

  /** The server answered 200: from now on it owes exactly one run. */
  acknowledge(eventId: string): void {
    this.#acknowledgedIds.add(eventId);
    if (!this.#ended.has(eventId)) this.#waiting.add(eventId);
  }

  /** The server said that it does not take the event now, and when to come back. */
  refuse(code: string): void {
    count(this.#refusals, code);
  }

  /** Something that must not happen. */
  fault(what: string): void {
    count(this.#faults, what);
  }

  /** A run ended. */
  end(eventId: string, isRight: boolean): void {
    if (!isRight) this.fault("a run ended with something else than its result");
    // A stream may tell twice. Two runs of one event are found at the end, in the file.
    this.#waiting.delete(eventId);
    this.#ended.add(eventId);
  }

  summary(): Summary {
    const refused = total(this.#refusals);
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledgedIds.size,
      refused,
      refusals: Object.fromEntries(this.#refusals),
      faults: Object.fromEntries(this.#faults),
      ended: this.#ended.size,
      open: this.#waiting.size,
      unanswered: this.#sent - this.#acknowledgedIds.size - refused - total(this.#faults),
    };
  }
}

export interface Summary {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly ended: number;
  readonly open: number;
  readonly unanswered: number;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}
