import { addressRule } from "#kernel";
import type { SessionRecord, SignInPolicyRecord } from "../records.ts";

const HOUR_MS = 60 * 60 * 1000;

/** What holds until somebody decides otherwise: a password alone gives nobody the keys of the house (OWASP ASVS 5.0, 6.3.3). */
export const SIGN_IN_POLICY: SignInPolicyRecord = {
  secondFactorRoles: ["owner", "admin"],
  idleMs: 12 * HOUR_MS,
  maxMs: 7 * 24 * HOUR_MS,
  password: true,
};

/** How long a session may be, at the least and at the most, ms. */
export const SESSION_RANGE = { idle: [5 * 60_000, 24 * HOUR_MS], max: [HOUR_MS, 30 * 24 * HOUR_MS] } as const;

/** How long one may do what asks for it again, after having proved who one is. */
export const FRESH_MS = 10 * 60 * 1000;

/** A session of an account for emergencies is short. */
export const BREAK_GLASS_MS = HOUR_MS;

/** Whether an account or a code for emergencies is good from this address. Pure. */
export function isEmergencyNetwork(
  { emergencyNetworks = null }: Pick<SignInPolicyRecord, "emergencyNetworks">,
  address: string | null,
): boolean {
  return emergencyNetworks === null || addressRule(emergencyNetworks)(address);
}

/** Whether a session is still good. It ends by its own time, or when nobody used it for so long. Pure. */
export function isAlive(
  { expiresAt, idleMs }: Pick<SessionRecord, "expiresAt" | "idleMs">,
  lastUsedAt: number,
  now: number,
): boolean {
  return now < expiresAt && now < lastUsedAt + idleMs;
}

/** When a new session ends at the latest. Pure. */
export function endOf(
  policy: Pick<SignInPolicyRecord, "maxMs">,
  {
    isBreakGlass,
    sessionEndsAt,
    now,
  }: { readonly isBreakGlass: boolean; readonly sessionEndsAt: number | null; readonly now: number },
): number {
  return Math.min(
    now + (isBreakGlass ? Math.min(BREAK_GLASS_MS, policy.maxMs) : policy.maxMs),
    sessionEndsAt ?? Infinity,
  );
}
