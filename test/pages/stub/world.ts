import type { SessionInfo } from "@holdfast/client";
import type { WorkChallenge } from "@holdfast/protocol";
import { ROLES, PERMISSIONS, reachOf } from "@holdfast/protocol";

export interface Asked {
  readonly parts: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
}

export type Route = readonly [pattern: RegExp, act: (asked: Asked) => unknown];

/** What the stub remembers between requests. Tests change it as they like. */
export interface World {
  origin: string;
  session: SessionInfo;
  /** Whether acts that need a fresh proof are refused until one was given. */
  isStale: boolean;
  /** What passwords take work on. */
  challenge: WorkChallenge | null;
  /** Whether there is a connection at the beginning. */
  hasConnections: boolean;
  /** An entry of the log that was changed behind the server. */
  alteredEntry: number | null;
  factors: { password: boolean; totp: boolean; passkeys: number; recovery_codes_left: number };
  readonly routes: readonly Route[];
}

export const CODES = Array.from({ length: 10 }, (_, index) => `k${index}vq-7mtd-x${index}r2`);

export const ADA = { id: "psn_ada", name: "Ada Example", email: "ada@example.org" };

export const NAME = "Example Works";

export function signedOut(): SessionInfo {
  return {
    state: "signed_out",
    instance: { name: NAME },
    methods: { password: true, passkey: true },
  };
}

export function signedIn(permissions: readonly string[] = PERMISSIONS): SessionInfo {
  return {
    ...signedOut(),
    state: "signed_in",
    person: ADA,
    grants: [{ role: "owner", environments: null, payloads: true }],
    permissions: permissions.map((permission) => ({ permission, reach: "everywhere" })),
    csrf: "c5rf-of-the-session",
    session: {
      id: "ses_1",
      created_at: ago(2 * HOUR),
      idle_expires_at: ago(-10 * HOUR),
      expires_at: ago(-6 * DAY),
      method: "password",
    },
    fresh_until: null,
    must: null,
  };
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** An instant so many milliseconds before now, or after it. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

export const ROLE_TABLE = PERMISSIONS.map((permission) => ({
  permission,
  ...Object.fromEntries(ROLES.map((role) => [role, reachOf(role, permission)])),
}));
