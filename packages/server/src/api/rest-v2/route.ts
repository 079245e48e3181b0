import type { Permission } from "@holdfast/protocol";

/**
 * What every route of v2 is configured with: the signing key at the door, errors in the envelope of v2.
 *
 * @param permission what it takes of people and tokens; null: it is for keys alone
 * @param repeatable parameters that may be given several times
 */
export function v2Route(permission: Permission | null, repeatable: readonly string[] = []) {
  return { config: { access: "signing-key", envelope: "v2", permission, repeatable } } as const;
}
