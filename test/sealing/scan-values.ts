import type { Canary } from "../kit/canaries.ts";
import { createCanary } from "../kit/canaries.ts";

/** Every kind of value that is a user's: what a wire scan puts a canary in. */
export const SCAN_VALUES = [
  "event field",
  "later event field",
  "batched event field",
  "event sent by a step",
  "step input",
  "step result",
  "parallel result",
  "function output",
  "caught error message",
  "caught error stack",
  "caught error cause",
  "caught error name",
  "final error message",
  "final error stack",
  "final error cause",
  "thrown text",
  "failure handler output",
  "signal data",
  "signal data from a step",
  "invoke payload",
  "invoked output",
  "invoked error message",
  "deferred input",
  "deferred output",
  "realtime message",
  "realtime message from a step",
  "fetched query",
  "fetched header",
  "fetched body",
  "fetched answer",
  "model's prompt",
  "model's answer",
  "provider's key",
] as const;

export type ScanValue = (typeof SCAN_VALUES)[number];

/** What an app keeps to itself, sealing or not: the lines of its log, and what its errors hold beside the usual. */
const KEPT_VALUES = ["log", "member of an error"] as const;

/** Values that come back to the app, in a later call or another run, and have to be what they were. */
export const RETURNING_VALUES = [
  "event field",
  "later event field",
  "batched event field",
  "event sent by a step",
  "step input",
  "step result",
  "parallel result",
  "caught error message",
  "caught error cause",
  "final error message",
  "signal data",
  "signal data from a step",
  "invoke payload",
  "invoked output",
  "invoked error message",
  "deferred input",
  "fetched answer",
  "model's answer",
] as const satisfies readonly ScanValue[];

/** A fresh canary for each value. */
export type ScanCanaries = Readonly<Record<ScanValue | (typeof KEPT_VALUES)[number], Canary>>;

export function createScanCanaries(): ScanCanaries {
  const labels = [...SCAN_VALUES, ...KEPT_VALUES];
  // Made from the very lists whose members the type has.
  return Object.fromEntries(labels.map((label) => [label, createCanary(label)])) as unknown as ScanCanaries;
}
