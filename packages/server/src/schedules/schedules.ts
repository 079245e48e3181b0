// A stand-in until the room arrives: the same door, nothing behind it.
import type { Digest } from "@holdfast/protocol";
export interface Cron {
  readonly source: string;
  next(after: number): number | null;
}
const absent = (): never => {
  throw new Error("schedules: not here yet");
};
export const parseCron: (source: string) => Cron = absent;
export const jitterOf: (functionId: string, scheduledAt: number, jitterMs: number, digest: Digest) => number = absent;
export const missedTicks: (
  cron: Cron,
  lastScheduledAt: number,
  now: number,
  catchUpMax: number,
) => { readonly run: readonly number[]; readonly next: number | null } = absent;
