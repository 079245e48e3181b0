import type { Grant, Role } from "@holdfast/protocol";
import type { DirectoryGroupRecord, DirectoryTokenRecord, DirectoryUserRecord } from "./directory/records.ts";
import type {
  ConnectionRecord,
  DomainRecord,
  EmergencyCodesRecord,
  SsoIdentityRecord,
  UsedMessageRecord,
} from "./sso/records.ts";

/** A person with an account. */
export interface PersonRecord {
  /** As it was given; what it is compared by is `addressOf` of it. */
  readonly email: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly createdAt: number;
  readonly deactivatedAt: number | null;
  readonly lastSignedInAt: number | null;
  /** Excluded from enforcement of single sign-on, for the day on which that is broken. */
  readonly isBreakGlass: boolean;
  /** The connection whose directory made the account and decides about it; null: people here do. */
  readonly managedBy: string | null;
  /** What that directory calls the account. */
  readonly externalId: string | null;
}

/** How a person proves who they are. Nothing in it is of use to whoever reads it. */
export interface CredentialsRecord {
  /** PHC string of argon2id over the peppered password; null: there is none. */
  readonly password: { readonly hash: string; readonly setAt: number } | null;
  readonly totp: {
    /** Sealed by the vault. */
    readonly secret: string;
    /** Null until a first code was right. */
    readonly confirmedAt: number | null;
    /** The last time step whose code was taken: none is taken twice, and no older one. */
    readonly lastStep: number;
  } | null;
  readonly passkeys: readonly PasskeyRecord[];
  /** SHA-256 of those that were not used yet. */
  readonly recoveryCodes: readonly string[];
}

export interface PasskeyRecord {
  readonly id: string;
  readonly name: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** Its counter went backwards: there may be a copy of it. */
  readonly suspendedAt: number | null;
}

export type SignInMethod = "password" | "passkey" | "saml" | "oidc" | "recovery";

/** A session, kept under the SHA-256 of its secret. */
export interface SessionRecord {
  readonly person: string;
  readonly method: SignInMethod;
  /** A second factor was shown, or the method has two in it. */
  readonly isStrong: boolean;
  /** The connection it came from, and what its provider calls the session and its subject. */
  readonly connection: {
    readonly id: string;
    readonly subject: string;
    readonly index: string | null;
  } | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Idle time after which it is over. */
  readonly idleMs: number;
  /** An owner's, with a code for emergencies: enforcement does not end it. */
  readonly isEmergency?: boolean;
  /** Until when acts that ask for it again are allowed. */
  readonly freshUntil: number;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** A one-time link, kept under the SHA-256 of its token. */
export type LinkRecord = {
  readonly createdAt: number;
  readonly expiresAt: number;
} & (
  | { readonly purpose: "set-up" }
  | {
      readonly purpose: "invitation";
      readonly email: string;
      readonly grant: Grant;
      /** Who invited: what may be given is held against what they hold when it is taken. */
      readonly invitedBy: string;
    }
  | {
      readonly purpose: "reset";
      readonly person: string;
      /** Whether passkeys, authenticator and recovery codes go, too: all of them are lost. */
      readonly isWhole?: boolean;
    }
);

/** Owns tokens, so that they outlive people. */
export interface ServiceAccountRecord {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly createdAt: number;
  readonly removedAt: number | null;
}

export interface ServiceTokenRecord {
  readonly account: string;
  readonly name: string;
  /** SHA-256 of the whole token. */
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** Permissions it is good for; null: all of its account's. */
  readonly scopes: readonly string[] | null;
  /** Networks it may come from; null: any. */
  readonly addresses: readonly string[] | null;
}

/** How people may sign in, and for how long. */
export interface SignInPolicyRecord {
  /** Roles that ask for a second factor. */
  readonly secondFactorRoles: readonly Role[];
  readonly idleMs: number;
  readonly maxMs: number;
  /** Whether passwords open anything. */
  readonly password: boolean;
  /** From where accounts and codes for emergencies are good; null, and in records of before: from anywhere. */
  readonly emergencyNetworks?: readonly string[] | null;
  /** Words that new passwords are not made of, such as names of the organisation; records of before have none. */
  readonly refusedWords?: readonly string[];
}

/** Every record this room keeps, by its kind. */
export interface IdentityRecords {
  readonly person: PersonRecord;
  readonly credentials: CredentialsRecord;
  readonly session: SessionRecord;
  readonly link: LinkRecord;
  readonly "service-account": ServiceAccountRecord;
  readonly "service-token": ServiceTokenRecord;
  readonly "sign-in-policy": SignInPolicyRecord;
  /** Sealed by the vault. */
  readonly pepper: { readonly secret: string };
  readonly "sso-connection": ConnectionRecord;
  readonly "sso-identity": SsoIdentityRecord;
  readonly "sso-domain": DomainRecord;
  readonly "sso-used": UsedMessageRecord;
  readonly "emergency-codes": EmergencyCodesRecord;
  readonly "directory-user": DirectoryUserRecord;
  readonly "directory-group": DirectoryGroupRecord;
  readonly "directory-token": DirectoryTokenRecord;
}
