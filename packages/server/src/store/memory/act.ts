import type { SessionId } from "../records.ts";

/** An act under way: its instant, who holds what it queues, and what somebody should come back for. */
export class Act {
  readonly now: number;
  /** The session that holds what is due and passes its gates, or null. */
  readonly holder: SessionId | null;
  /** When the earliest free item is due that the act made or woke. */
  workDueAt: number | null = null;
  /** When the earliest gathering is due that the act began or changed. */
  gatheringDueAt: number | null = null;

  constructor(now: number, holder: SessionId | null) {
    this.now = now;
    this.holder = holder;
  }

  noteWork(dueAt: number): void {
    this.workDueAt = Math.min(dueAt, this.workDueAt ?? dueAt);
  }

  noteGathering(dueAt: number): void {
    this.gatheringDueAt = Math.min(dueAt, this.gatheringDueAt ?? dueAt);
  }
}
