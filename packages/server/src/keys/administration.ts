import type { Authority, Grant } from "@holdfast/protocol";

/**
 * What operators do with the keys of one environment. Each act takes who does it, and is in the log in the commit that does
 * it. A secret is returned once, by the act that makes it, and never again.
 */

/**
 * `pending`: accepted, does not sign yet. `active`: signs; one at a time. `retiring`: still accepted. `revoked`: for ever.
 * At most two are accepted in an environment: the active one and either its successor or its predecessor.
 */
export type SigningKeyState = "pending" | "active" | "retiring" | "revoked";

export interface SigningKeyView {
  /** The first 12 hex digits of the key's hash: what apps report, too. */
  readonly id: string;
  readonly state: SigningKeyState;
  /** The prefix, such as `signkey-prod-`. */
  readonly prefix: string;
  readonly origin: "made" | "imported" | "configured";
  readonly createdAt: number;
  readonly activatedAt: number | null;
  readonly retiringSince: number | null;
  readonly revokedAt: number | null;
  /** When anybody last used it, in either direction. */
  readonly lastUsedAt: number | null;
}

/** Which key an app or a worker showed that it has, and how: its last verified exchange of each kind. */
export interface KeyEvidence {
  readonly app: string;
  /** What tells processes of one app apart, as far as the protocol lets us know: its address; null when unknown. */
  readonly worker: string | null;
  readonly keyId: string;
  /** `call`: it answered a call that this key signed. `probe`: a signed question. `bearer`: it called our API. `sync`: it registered. */
  readonly how: "call" | "probe" | "bearer" | "sync" | "signature";
  readonly at: number;
}

/** How far a rotation has come, and what it waits for. */
export interface RotationView {
  readonly keys: readonly SigningKeyView[];
  readonly evidence: readonly KeyEvidence[];
  /** Apps that have not shown the newest key yet. */
  readonly waitingFor: readonly {
    readonly app: string;
    readonly lastKeyId: string | null;
    readonly lastAt: number | null;
  }[];
  /** When the retiring key may be revoked, Unix ms; null while something still uses it, or when there is none. */
  readonly revocableAt: number | null;
}

export interface SigningKeyAdministration {
  view(): Promise<RotationView>;
  /** Begins a rotation: makes the next key, or imports one (`signkey-…` or bare hex). It is accepted at once and signs nothing. */
  begin(
    by: Authority,
    imported?: string,
  ): Promise<{ readonly key: SigningKeyView; readonly secret: string | null }>;
  /** Asks every app, by a request signed with the newest key, whether it knows it. */
  probe(): Promise<
    readonly { readonly app: string; readonly keyId: string | null; readonly error: string | null }[]
  >;
  /**
   * Lets the pending key sign. @throws HoldfastError `key_in_use` naming the apps that have not shown it, unless forced with
   * a reason.
   */
  promote(by: Authority, force: string | null): Promise<RotationView>;
  /** Lets the old key sign again: the step back. */
  stepBack(by: Authority, reason: string): Promise<RotationView>;
  /**
   * Ends a key. @throws HoldfastError `key_in_use` while anything used it within the quiet time, or when it is the active one and
   * nothing stands in for it; forced with a reason it is revoked all the same, and what stands in signs at once;
   * where nothing does, a key is made in the same act, whose text is in the answer.
   */
  revoke(
    by: Authority,
    keyId: string,
    force: string | null,
  ): Promise<RotationView & { readonly secret?: string }>;
}

/** What an event key may do. An empty list allows nothing; null does not restrict. */
export interface EventKeyRules {
  /** Patterns of event names, case-exact and anchored; `*` stands for any characters. */
  readonly allowNames: readonly string[] | null;
  readonly denyNames: readonly string[];
  /** Addresses and CIDR ranges. */
  readonly allowAddresses: readonly string[] | null;
  /** Exact origins of browsers, such as `https://shop.example.org`; a listed one gets CORS. */
  readonly allowOrigins: readonly string[] | null;
  /** Most events in a second; null: no limit of its own. */
  readonly eventsPerSecond: number | null;
}

export interface EventKeyView {
  readonly id: string;
  readonly name: string;
  /** The start of the key that may be shown. */
  readonly shown: string;
  readonly origin: "made" | "imported" | "configured";
  readonly rules: EventKeyRules;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsed: { readonly at: number; readonly address: string | null } | null;
}

export interface EventKeyAdministration {
  list(): Promise<readonly EventKeyView[]>;
  create(
    by: Authority,
    request: {
      readonly name: string;
      readonly rules: EventKeyRules;
      readonly expiresAt: number | null;
      readonly imported?: string;
    },
  ): Promise<{ readonly key: EventKeyView; readonly secret: string | null }>;
  change(
    by: Authority,
    id: string,
    change: { readonly name?: string; readonly rules?: EventKeyRules; readonly expiresAt?: number | null },
  ): Promise<EventKeyView>;
  revoke(by: Authority, id: string, reason: string | null): Promise<EventKeyView>;
}

/** A request for the event API, before its body is read. */
export interface EventKeyUse {
  readonly key: string;
  readonly address: string | null;
  readonly origin: string | null;
}

/** What an event key was found to allow. */
export type EventKeyVerdict =
  | {
      readonly ok: true;
      readonly keyId: string | null;
      /** Whether it may send an event of this name. */
      mayName(name: string): boolean;
      /** Takes the events from its rate; else how many ms until there is room. */
      take(count: number, nowMs: number): number;
      /** The browser's origin, if its pages may read the answer: a listed one, or any where none are listed. */
      readonly corsOrigin: string | null;
    }
  | { readonly ok: false; readonly reason: "missing" | "unknown" | "address" | "origin" };

/** Tokens of those who administer the installation. */
/** Who acts, and what he was given. */
export interface Holder {
  readonly authority: Authority;
  readonly grants: readonly Grant[];
}

export interface OperatorTokens {
  /** Who shows this token, or null: malformed, unknown, expired and revoked look the same. */
  check(
    authorization: string | undefined,
  ): { readonly id: string; readonly name: string; readonly grant: Grant } | null;
  list(): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly grant: Grant;
      readonly createdAt: number;
      readonly expiresAt: number | null;
      readonly revokedAt: number | null;
      readonly lastUsedAt: number | null;
    }[]
  >;
  /** @throws HoldfastError `forbidden` for a grant that gives more than its maker holds */
  create(
    by: Holder,
    request: { readonly name: string; readonly expiresAt: number | null; readonly grant: Grant },
  ): Promise<{ readonly id: string; readonly secret: string }>;
  /** @throws HoldfastError `forbidden` for a token that may more than whoever ends it */
  revoke(by: Holder, id: string, reason: string | null): Promise<void>;
  /** Revokes a token that was seen where it does not belong, such as a URL, and says so in the log. */
  leaked(token: string, by: Authority): Promise<void>;
}
