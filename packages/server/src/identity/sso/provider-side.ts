import type { Statement } from "./account-map.ts";
import type { TestCheck, Visit } from "./visits.ts";

/** A message for a provider on its way through the browser: a redirect, or a form that posts itself. */
export type Delivery =
  | { readonly binding: "redirect"; readonly url: string }
  | { readonly binding: "post"; readonly url: string; readonly fields: Readonly<Record<string, string>> };

/** What a provider says of somebody, verified. Whether it is acted on is decided elsewhere. */
export interface Testimony {
  readonly statement: Statement;
  /** What the provider calls the session it has there. */
  readonly sessionIndex: string | null;
  /** When the provider wants ours to end. */
  readonly endsAt: number | null;
  /** By what the message is known when it comes again; null: it cannot. */
  readonly message: { readonly id: string; readonly expiresAt: number } | null;
  readonly checks: readonly TestCheck[];
}

/** A testimony that is none, with the code and the sentence for administrators. */
export class TestimonyRefused extends Error {
  override readonly name = "TestimonyRefused";
  readonly code: string;
  readonly sentence: string;
  readonly checks: readonly TestCheck[];

  constructor(code: string, sentence: string, checks: readonly TestCheck[] = [], cause?: unknown) {
    super(`A sign-in by single sign-on was refused: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.sentence = sentence;
    this.checks = checks;
  }
}

/** A visit before its secrets are drawn. */
export type NewVisit = Omit<Visit, "request" | "browser" | "startedAt">;
