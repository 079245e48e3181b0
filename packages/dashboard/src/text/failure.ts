import { HoldfastError } from "@holdfast/protocol";

/** What went wrong, as pages say it. */
export interface Failure {
  readonly code: string;
  /** What happened and why. */
  readonly sentence: string;
  /** What to do now; null when there is nothing. */
  readonly next: string | null;
  readonly status: number | null;
}

/** Reads an error as the server said it. Pure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HoldfastError) {
    const { code, next, sentence, status } = error.details;
    const isAnswered = typeof status === "number";
    return {
      code: typeof code === "string" ? code : error.code,
      sentence: typeof sentence === "string" ? sentence : isAnswered ? error.message : UNREACHABLE,
      next: typeof next === "string" ? next : isAnswered ? null : RETRY,
      status: isAnswered ? status : null,
    };
  }
  if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError"))
    return {
      code: "passkey_declined",
      sentence: "The browser did not give a passkey: it was declined, or it took too long.",
      next: "Try again, or use another way.",
      status: null,
    };
  return {
    code: "page_failed",
    sentence: error instanceof Error ? error.message : String(error),
    next: "Load the page again. If it stays, tell whoever runs this server.",
    status: null,
  };
}

const UNREACHABLE = "The server does not answer.";
const RETRY = "Look at your connection, then try again. Nothing was changed by what got no answer.";
