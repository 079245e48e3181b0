import { HoldfastError } from "@holdfast/protocol";

/** More of a faulty text than this is not shown. */
const QUOTE_CHARS_MAX = 60;

/** A text as a message shows it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTE_CHARS_MAX ? `${text.slice(0, QUOTE_CHARS_MAX)}…` : text);
}

/** The error for an expression that cannot be read; `reason` goes on the sentence. */
export function cronFault(source: string, reason: string, next?: string): HoldfastError {
  return new HoldfastError(
    "cron_invalid",
    `Cannot read the cron expression ${quote(source)}: ${reason}.`,
    next === undefined ? {} : { next },
  );
}
