import type { Authority } from "@holdfast/protocol";

/** What somebody is called, as the directory has it (RFC 7643, 4.1.1). */
export interface ScimName {
  readonly formatted: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
}

export interface ScimEmail {
  readonly value: string;
  readonly type: string | null;
  readonly primary: boolean;
}

/** What a directory may say of a person; roles, passwords and entitlements are not of it. */
export interface ScimUserFields {
  /** The directory's own id. Case counts. */
  readonly externalId: string | null;
  /** The e-mail address by which the person signs in. Case does not count. */
  readonly userName: string;
  readonly active: boolean;
  readonly name: ScimName;
  readonly displayName: string | null;
  readonly emails: readonly ScimEmail[];
}

/** A pointer to another resource of the same connection. */
export interface ScimReference {
  readonly id: string;
  readonly display: string | null;
}

/** What both kinds of resource have: `revision` grows with each change; instants are Unix milliseconds. */
export interface ScimStamp {
  readonly id: string;
  readonly revision: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface ScimUser extends ScimUserFields, ScimStamp {
  /** The groups of this connection that the person is in. */
  readonly groups: readonly ScimReference[];
}

/** What a directory may say of a group. */
export interface ScimGroupFields {
  readonly externalId: string | null;
  readonly displayName: string;
  /** Ids of users of the same connection, each once. */
  readonly members: readonly string[];
}

export interface ScimGroup extends ScimGroupFields, ScimStamp {}

/** One comparison of a filter: the attribute is this value. All of a query's must hold. */
export interface ScimCondition {
  readonly attribute: "id" | "externalId" | "userName" | "emails.value" | "displayName";
  readonly value: string;
}

/** Which resources are asked for: a page of those that meet every condition, in the order of their ids. */
export interface ScimQuery {
  /** None: all. Of users without `displayName`, of groups with `id`, `externalId` and `displayName` alone. */
  readonly conditions: readonly ScimCondition[];
  /** The first one's place; 1 or more. */
  readonly startIndex: number;
  /** How many at most: 0 to 200. */
  readonly count: number;
}

export interface ScimPage<Resource> {
  /** How many there are on all pages. */
  readonly total: number;
  readonly resources: readonly Resource[];
}

/**
 * The users and groups of one connection, and of no other: whatever another connection or this server's own people made does not
 * exist here, neither by id nor by filter. Each act is one commit with its entry of the audit log.
 *
 * Comparisons: `id` and `externalId` to the letter; `userName`, `emails.value` and a group's `displayName` whatever the case.
 *
 * `revision` on the way in is the one that the change was decided on. It is compared within the commit; another one is there by
 * now → ScimError 412, and nothing changed. Whoever has no precondition reads again and decides again.
 *
 * Every refusal is a ScimError and changes nothing:
 * - 409 `uniqueness`: another account has this address, of whatever kind, or another resource of the connection this `externalId`
 *   (users), or another group this `displayName`.
 * - 400 `invalidValue`: the address is not of a domain verified for the connection; a member is no user of the connection.
 * - 409 `mutability`: it would deactivate or remove an owner, or an account for emergencies; also raises an alert.
 * - 409 without a type: it would deactivate so many within so short a time that somebody has to confirm it first.
 */
export interface ScimDirectory {
  users(query: ScimQuery): Promise<ScimPage<ScimUser>>;
  /** Null: this connection has no such user. */
  user(id: string): Promise<ScimUser | null>;
  /** A person without a password, who can sign in through the connection. One removed before comes back under the same address. */
  createUser(fields: ScimUserFields, by: Authority): Promise<ScimUser>;
  /**
   * Takes the fields as a whole. `active` going to false ends sessions, personal keys and invitations in the same commit, and
   * coming back to true gives none of them back. The same fields again: no change, no entry, the same revision. Null: there is no
   * such user.
   */
  replaceUser(id: string, fields: ScimUserFields, revision: number, by: Authority): Promise<ScimUser | null>;
  /** Deactivates, and is from then on not found here; the row stays, so that logs can name it. False: there is no such user. */
  removeUser(id: string, revision: number, by: Authority): Promise<boolean>;

  groups(query: ScimQuery): Promise<ScimPage<ScimGroup>>;
  group(id: string): Promise<ScimGroup | null>;
  /** Members get what the connection's map of groups gives, at once. */
  createGroup(fields: ScimGroupFields, by: Authority): Promise<ScimGroup>;
  /** Whoever was or is a member is looked at anew, at once. */
  replaceGroup(
    id: string,
    fields: ScimGroupFields,
    revision: number,
    by: Authority,
  ): Promise<ScimGroup | null>;
  removeGroup(id: string, revision: number, by: Authority): Promise<boolean>;
}
