import type { ScimGroupFields, ScimUserFields } from "#scim";

/** What a directory keeps of a person beside the account. Under the person's id. */
export interface DirectoryUserRecord {
  readonly connection: string;
  readonly fields: ScimUserFields;
  readonly revision: number;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly removedAt: number | null;
}

/** A group of a directory. */
export interface DirectoryGroupRecord {
  readonly connection: string;
  readonly fields: ScimGroupFields;
  readonly revision: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** What opens a connection's directory. Under the connection's id; of tokens their SHA-256. */
export interface DirectoryTokenRecord {
  readonly tokens: readonly {
    readonly hash: string;
    readonly createdAt: number;
    readonly endsAt: number | null;
  }[];
  /** Until when it may close as many accounts as it likes; null: no more than the guard lets it. */
  readonly mayCloseManyUntil: number | null;
}
