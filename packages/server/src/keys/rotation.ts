import type { KeyEvidence, SigningKeyState } from "./administration.ts";

/** A key, as far as a rotation goes by it. Instants are Unix ms. */
export interface RotatingKey {
  readonly id: string;
  readonly state: SigningKeyState;
  readonly createdAt: number;
  /** Until when it signed; null unless it is retiring. */
  readonly retiringSince: number | null;
}

/** Everything a rotation is decided from. */
export interface RotationFacts {
  readonly keys: readonly RotatingKey[];
  readonly evidence: readonly KeyEvidence[];
  /** Names of the apps that are registered. */
  readonly apps: readonly string[];
  readonly now: number;
  /** How long nothing may have used a key before it is revoked. */
  readonly quietMs: number;
}

/** What an act does to the states of keys, or why it is not done. */
export type RotationStep =
  | { readonly ok: true; readonly states: ReadonlyMap<string, SigningKeyState> }
  | { readonly ok: false; readonly code: "conflict" | "key_in_use" | "not_found"; readonly words: string };

export function keyIn<Key extends RotatingKey>(keys: readonly Key[], state: SigningKeyState): Key | null {
  return keys.find((key) => key.state === state) ?? null;
}

/** Keys that are accepted: the one that signs first. There are two at most. */
export function acceptedKeys<Key extends RotatingKey>(keys: readonly Key[]): readonly Key[] {
  return (["active", "pending", "retiring"] as const).flatMap((state) =>
    keys.filter((key) => key.state === state),
  );
}

/** Why no further key can be made now; null when one can. */
export function beginFault({ keys }: Pick<RotationFacts, "keys">): string | null {
  if (keyIn(keys, "pending") !== null) return "a rotation is under way: its new key does not sign yet";
  if (keyIn(keys, "retiring") !== null)
    return "the key of the rotation before is still accepted: revoke it first";
  return null;
}

/** Apps that have not shown this key since it was made. */
export function appsWithout({ apps, evidence, keys }: RotationFacts, keyId: string): readonly string[] {
  const since = keys.find(({ id }) => id === keyId)?.createdAt ?? 0;
  const shown = new Set(
    evidence.filter((one) => one.keyId === keyId && one.at >= since).map(({ app }) => app),
  );
  return apps.filter((app) => !shown.has(app));
}

/** What used a key within the quiet time, the latest of each app and way. That an app merely has it is no use of it. */
export function recentUses({ evidence, now, quietMs }: RotationFacts, keyId: string): readonly KeyEvidence[] {
  return evidence.filter(
    ({ at, how, keyId: used }) => used === keyId && how !== "probe" && now - at < quietMs,
  );
}

/** Lets the pending key sign, and the active one retire. */
export function promoted(facts: RotationFacts, isForced: boolean): RotationStep {
  const pending = keyIn(facts.keys, "pending");
  if (pending === null) return { ok: false, code: "conflict", words: "there is no key that waits to sign" };
  const without = appsWithout(facts, pending.id);
  if (without.length > 0 && !isForced) {
    const words = `${named(without)} ${without.length === 1 ? "has" : "have"} not shown the new key ${pending.id} yet`;
    return { ok: false, code: "key_in_use", words };
  }
  const active = keyIn(facts.keys, "active");
  return states([pending, "active"], ...(active === null ? [] : [[active, "retiring"] as const]));
}

/** The step back: the retiring key signs again, and the one that signed waits. */
export function steppedBack({ keys }: Pick<RotationFacts, "keys">): RotationStep {
  const [active, retiring] = [keyIn(keys, "active"), keyIn(keys, "retiring")];
  if (active === null || retiring === null)
    return { ok: false, code: "conflict", words: "there is no earlier key to go back to" };
  return states([retiring, "active"], [active, "pending"]);
}

/** Ends a key for ever. */
export function revoked(facts: RotationFacts, keyId: string, isForced: boolean): RotationStep {
  const { keys } = facts;
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined)
    return { ok: false, code: "not_found", words: `there is no signing key ${keyId.slice(0, 40)}` };
  if (key.state === "revoked")
    return { ok: false, code: "conflict", words: `key ${keyId} is revoked already` };
  const pending = keyIn(keys, "pending");
  if (key.state === "active") {
    if (!isForced) return { ok: false, code: "key_in_use", words: `key ${keyId} is the one that signs` };
    const successor = pending ?? keyIn(keys, "retiring");
    // Nothing would sign: whoever forces it makes another one in the same act.
    return states([key, "revoked"], ...(successor === null ? [] : [[successor, "active"] as const]));
  }
  if (isForced) return states([key, "revoked"]);
  const active = keyIn(keys, "active");
  const without = active === null ? facts.apps : appsWithout(facts, active.id);
  // A pending key may be ended before any app has it. One that was stepped back from is in use, and counts as such below.
  if (key.state === "retiring" && without.length > 0) {
    const words = `${named(without)} ${without.length === 1 ? "has" : "have"} not shown the new key ${active?.id ?? ""} and would be cut off`;
    return { ok: false, code: "key_in_use", words };
  }
  const uses = recentUses(facts, keyId);
  if (uses.length === 0) {
    const signedUntil = key.retiringSince;
    if (signedUntil === null || facts.now - signedUntil >= facts.quietMs) return states([key, "revoked"]);
    const words = `key ${keyId} signed calls until ${new Date(signedUntil).toISOString()}, which is within the quiet time`;
    return { ok: false, code: "key_in_use", words };
  }
  const last = uses.reduce((latest, one) => (one.at > latest.at ? one : latest));
  const at = new Date(last.at).toISOString();
  const words = `${named([...new Set(uses.map(({ app }) => app))])} used key ${keyId} within the quiet time, last at ${at} (${last.how})`;
  return { ok: false, code: "key_in_use", words };
}

/** When a retiring key may be revoked if nothing uses it any more; null while an app lacks the new one. */
export function revocableAt(facts: RotationFacts): number | null {
  const [active, retiring] = [keyIn(facts.keys, "active"), keyIn(facts.keys, "retiring")];
  if (active === null || retiring === null || appsWithout(facts, active.id).length > 0) return null;
  const uses = recentUses(facts, retiring.id).map(({ at }) => at);
  // It signed until it retired, and that is a use, too.
  return Math.max(facts.now, Math.max(retiring.retiringSince ?? 0, ...uses) + facts.quietMs);
}

function states(...changes: readonly (readonly [key: RotatingKey, state: SigningKeyState])[]): RotationStep {
  return { ok: true, states: new Map(changes.map(([{ id }, state]) => [id, state])) };
}

const NAMED_MAX = 5;

function named(apps: readonly string[]): string {
  const shown = apps.slice(0, NAMED_MAX).map((app) => `"${app}"`);
  const more = apps.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
