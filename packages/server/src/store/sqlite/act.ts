/** An act under way: its instant, who may hold what it queues, and what somebody should come back for. */
export class Act {
  readonly now: number;
  /** The session that holds what is due and admitted, or null. */
  readonly holder: number | null;
  /** When the earliest free item is due that the act made or woke. */
  workDueAt: number | null = null;
  /** When the earliest gathering is due that the act began or changed. */
  gatheringDueAt: number | null = null;
  /** Waits that may still be held against events of this act. */
  matchesLeft: number;

  constructor(now: number, holder: number | null, matchesMax: number) {
    this.now = now;
    this.holder = holder;
    this.matchesLeft = matchesMax;
  }

  noteWork(dueAt: number): void {
    if (this.workDueAt === null || dueAt < this.workDueAt) this.workDueAt = dueAt;
  }

  noteGathering(dueAt: number): void {
    if (this.gatheringDueAt === null || dueAt < this.gatheringDueAt) this.gatheringDueAt = dueAt;
  }
}
