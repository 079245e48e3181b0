import type { Permission, Role } from "./roles.ts";
import { PERMISSIONS, reachOf } from "./roles.ts";

/** What somebody was given. */
export interface Grant {
  readonly role: Role;
  /** The environments it is good in, branches of theirs included; null: all of them, and the installation. */
  readonly environments: readonly string[] | null;
  /** Whether what events and steps carry may be seen, too: no role brings that with it. Absent: it may not. */
  readonly payloads?: boolean;
}

/** An environment, as far as it matters to who may do something in it. */
export interface GrantPlace {
  readonly name: string;
  /** Of a branch: the environment that its branches come from. */
  readonly family: string | null;
}

/** `hidden`: whoever asks may not know that there is such a place. */
export type Decision = "allowed" | "forbidden" | "hidden";

/** The environment that real work is done in. */
const PRODUCTION = "production";

/** Everything, everywhere. */
export const FULL_GRANT: Grant = { role: "owner", environments: null, payloads: true };

/**
 * Whether somebody may do something in a place; null: in the installation itself. Pure.
 *
 * What concerns the installation is for those whose grant is not bound to environments, whatever their role.
 */
export function decide(grant: Grant, permission: Permission, place: GrantPlace | null): Decision {
  if (place === null && grant.environments !== null) return "forbidden";
  if (place !== null && !covers(grant, place)) return "hidden";
  const reach = reachOf(grant.role, permission);
  if (reach === null || (permission === "payloads.read" && grant.payloads !== true)) return "forbidden";
  return reach === "outside production" && place?.name === PRODUCTION ? "forbidden" : "allowed";
}

/** The same of somebody who was given several things: what one of them allows is allowed. Nothing given: all is hidden. Pure. */
export function decideAny(
  grants: readonly Grant[],
  permission: Permission,
  place: GrantPlace | null,
): Decision {
  const decisions = new Set(grants.map((grant) => decide(grant, permission, place)));
  if (decisions.has("allowed")) return "allowed";
  return place === null || decisions.has("forbidden") ? "forbidden" : "hidden";
}

/** Whether a grant is good in a place at all. Pure. */
export function covers({ environments }: Grant, { family, name }: GrantPlace): boolean {
  return environments === null || environments.some((granted) => granted === name || granted === family);
}

/** Whether a grant gives nothing that the other does not hold: nobody hands on more than that. Pure. */
export function isWithin(grant: Grant, holder: Grant): boolean {
  const isInside =
    holder.environments === null ||
    (grant.environments !== null && grant.environments.every((name) => holder.environments?.includes(name)));
  return (
    isInside &&
    (grant.payloads !== true || holder.payloads === true) &&
    PERMISSIONS.every((permission) => {
      const [wanted, held] = [reachOf(grant.role, permission), reachOf(holder.role, permission)];
      return wanted === null || held === "everywhere" || held === wanted;
    })
  );
}

/** The same of a holder of several: one of them contains it, or for each of its environments one does. Pure. */
export function isWithinAny(grant: Grant, holders: readonly Grant[]): boolean {
  if (holders.some((holder) => isWithin(grant, holder))) return true;
  const { environments } = grant;
  return (
    environments !== null &&
    environments.length > 0 &&
    environments.every((name) =>
      holders.some((holder) => isWithin({ ...grant, environments: [name] }, holder)),
    )
  );
}
