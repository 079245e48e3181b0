import type { Grant } from "@holdfast/protocol";
import { FULL_GRANT, isWithinAny } from "@holdfast/protocol";
import type { PersonRecord } from "../records.ts";

/** Everything but payloads, which no role brings with it. */
const OWNER: Grant = { ...FULL_GRANT, payloads: false };

/** Whether grants make an owner of the installation. Pure. */
export function areOwners(grants: readonly Grant[]): boolean {
  return isWithinAny(OWNER, grants);
}

/** Whether nobody would be left who owns the installation if this person were changed like this. Pure. */
export function wouldBeOwnerless(
  people: readonly (readonly [id: string, PersonRecord])[],
  id: string,
  changed: PersonRecord,
): boolean {
  const isOwner = (person: PersonRecord): boolean =>
    person.deactivatedAt === null && areOwners(person.grants);
  const before = people.find(([each]) => each === id);
  if (before === undefined || !isOwner(before[1]) || isOwner(changed)) return false;
  return !people.some(([each, person]) => each !== id && isOwner(person));
}
