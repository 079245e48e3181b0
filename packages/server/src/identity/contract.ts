import type { AuditContext, Authority, Grant } from "@holdfast/protocol";
import type { PersonRecord, SessionRecord, SignInMethod } from "./records.ts";

export type { PersonRecord, SignInMethod, SignInPolicyRecord } from "./records.ts";

/** Somebody who acts, and what they hold: nobody hands on more than that. */
export interface Holder {
  readonly authority: Authority;
  readonly grants: readonly Grant[];
}

export interface Person extends PersonRecord {
  readonly id: string;
}

/** A session as its owner, and whoever administers, may see it. */
export interface Session extends SessionRecord {
  /** Names it; opens nothing. */
  readonly id: string;
  readonly lastUsedAt: number;
}

/** Who makes a request from a page. */
export interface SignedIn {
  readonly person: Person;
  readonly session: Session;
  readonly grants: readonly Grant[];
  /** Whether acts that ask for it again are allowed at this moment. */
  readonly isFresh: boolean;
  /** What this session has to do before it may do anything else. */
  readonly must: "enrol_second_factor" | "show_second_factor" | null;
  /**
   * What this session has to do with the second factor of its account: there is none, it was shown, or it was not. A session that has not
   * shown one that is there changes none of how its person signs in.
   */
  readonly factor: "none" | "shown" | "not_shown";
}

/** A session that was begun. `secret` is shown once, to the browser it was begun in. */
export interface Begun {
  readonly secret: string;
  readonly signedIn: SignedIn;
}

export type SecondFactor = "totp" | "recovery_code";

/** What a right password leads to. */
export type PasswordOutcome =
  | { readonly kind: "signed-in"; readonly begun: Begun }
  | {
      readonly kind: "second-factor";
      /** Names this attempt, to the browser that made it; good for a few minutes. */
      readonly secret: string;
      readonly factors: readonly SecondFactor[];
    };

/** What a session begins from. */
export interface SessionStart {
  readonly person: string;
  readonly method: SignInMethod;
  readonly isStrong: boolean;
  readonly connection: SessionRecord["connection"];
  /** With a code for emergencies, which enforcement lets pass. */
  readonly isEmergency?: boolean;
  /** When the identity provider ends it; null: it does not say. */
  readonly endsAt: number | null;
  readonly context: AuditContext;
  /** The session that the same browser had before: it is over. */
  readonly instead: string | null;
}
