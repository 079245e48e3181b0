import type { RunStatus } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { JournalKind, QueueItemKind } from "../records.ts";

/**
 * Small numbers for closed sets of words. A code is a position in its list and part of the file format:
 * append to a list, never reorder it. Statuses from `Completed` on are final.
 */
const RUN_STATUSES: readonly RunStatus[] = [
  "Scheduled",
  "Running",
  "Completed",
  "Failed",
  "Cancelled",
  "Skipped",
];
const JOURNAL_KINDS: readonly JournalKind[] = [
  "step.planned",
  "step.completed",
  "step.failed",
  "step.sleeping",
  "attempt.failed",
  "run.ended",
  "step.waiting",
  "step.invoking",
  "step.requesting",
  "step.input",
  "defer.added",
  "defer.aborted",
  "metadata",
];
const ITEM_KINDS: readonly QueueItemKind[] = [
  "discovery",
  "step",
  "sleep",
  "wait",
  "invoke",
  "signal",
  "gateway",
  "cancel",
  "timeout",
];

/** Codes that statements name. */
export const COMPLETED = 2;
export const SKIPPED = 5;
export const JOURNAL_COMPLETED = 1;
export const JOURNAL_ATTEMPT_FAILED = 4;
export const JOURNAL_ENDED = 5;
export const JOURNAL_METADATA = 12;
export const ITEM_INVOKE = 4;
export const ITEM_CANCEL = 7;
/** The calls, as SQL lists them: what `isCallCode` says. */
export const CALL_CODES = "0, 1, 6";

/** Whether an item asks for a call, which has to be admitted by every gate of its run. */
export function isCallCode(code: number): boolean {
  return code <= 1 || code === 6;
}

export function isFinalCode(code: number): boolean {
  return code >= COMPLETED;
}

export function runStatusCode(status: RunStatus): number {
  return codeOf(RUN_STATUSES, status, "run status");
}

export function runStatusOf(code: number): RunStatus {
  return wordOf(RUN_STATUSES, code, "run status");
}

export function journalKindCode(kind: JournalKind): number {
  return codeOf(JOURNAL_KINDS, kind, "journal kind");
}

export function journalKindOf(code: number): JournalKind {
  return wordOf(JOURNAL_KINDS, code, "journal kind");
}

export function itemKindCode(kind: QueueItemKind): number {
  return codeOf(ITEM_KINDS, kind, "queue item kind");
}

export function itemKindOf(code: number): QueueItemKind {
  return wordOf(ITEM_KINDS, code, "queue item kind");
}

function codeOf<Word extends string>(words: readonly Word[], word: Word, noun: string): number {
  const code = words.indexOf(word);
  if (code < 0)
    throw new HoldfastError("store_refused", `Cannot store the ${noun} "${word}": it is unknown.`);
  return code;
}

function wordOf<Word extends string>(words: readonly Word[], code: number, noun: string): Word {
  const word = words[code];
  if (word === undefined) {
    throw new HoldfastError(
      "store_corrupt",
      `Cannot read a ${noun} from the store: code ${code} is unknown.`,
    );
  }
  return word;
}
