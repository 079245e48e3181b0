import type { Grant } from "@holdfast/protocol";
import type { AccountRefusal } from "./resolve-account.ts";

/** Why somebody was sent to an identity provider. */
export type Purpose =
  | { readonly kind: "sign-in" }
  /** Shows an administrator what would happen. Bound to the session in which it was begun; makes none. */
  | { readonly kind: "test"; readonly person: string; readonly session: string; readonly handle: string }
  /** The person of this session proves again who they are. */
  | { readonly kind: "reauthenticate"; readonly person: string; readonly secret: string };

/** A visit at an identity provider that somebody has begun. */
export interface Visit {
  readonly connection: string;
  readonly purpose: Purpose;
  /** The path within this site to which it returns. */
  readonly returnTo: string;
  readonly startedAt: number;
  readonly forceAuthn: boolean;
  /** SHA-256 of what the browser that began it holds in a cookie. */
  readonly browser: string;
  /** What the provider's answer must name: the request's id, or state, nonce and verifier. */
  readonly request:
    | { readonly id: string }
    | { readonly state: string; readonly nonce: string; readonly verifier: string };
}

/** A line of the page that shows a test. */
export interface TestCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What became of a test. */
export type TestResult =
  | { readonly state: "waiting" }
  | {
      readonly state: "passed" | "refused";
      readonly code: string | null;
      readonly sentence: string | null;
      readonly checks: readonly TestCheck[];
      readonly identity: {
        readonly subject: string;
        readonly email: string | null;
        readonly name: string | null;
        readonly groups: readonly string[];
      } | null;
      readonly grants: readonly Grant[];
      /** What a sign-in would do. */
      readonly outcome: "known" | "link" | "create" | AccountRefusal | null;
    };

/** One attempt to sign in by a connection, for whoever looks after it. */
export interface Attempt {
  readonly at: number;
  readonly outcome: "success" | "refused";
  /** Of a refusal. Never shown to whoever was refused. */
  readonly code: string | null;
  readonly sentence: string | null;
  readonly emailDomain: string | null;
  /** By which whoever was refused can say which attempt they mean. */
  readonly reference: string;
}
