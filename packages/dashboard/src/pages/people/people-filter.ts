import type { PersonInfo } from "@holdfast/client";
import type { Role } from "@holdfast/protocol";
import { ROLES } from "@holdfast/protocol";

/** What of the list is shown, as the address says it. */
export interface PeopleFilter {
  readonly q?: string | undefined;
  readonly state?: "deactivated" | "all" | undefined;
  readonly role?: Role | undefined;
}

/** Reads the filter out of an address; what it does not know it leaves out. Pure. */
export function readPeopleFilter(search: Readonly<Record<string, unknown>>): PeopleFilter {
  const { q, role, state } = search;
  const known = ROLES.find((each) => each === role);
  return {
    ...(typeof q === "string" && q !== "" ? { q } : {}),
    ...(state === "deactivated" || state === "all" ? { state } : {}),
    ...(known === undefined ? {} : { role: known }),
  };
}

/** The people that a filter lets through, by name. Pure. */
export function filterPeople(
  people: readonly PersonInfo[],
  { q = "", role, state }: PeopleFilter,
): readonly PersonInfo[] {
  const words = q
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return people
    .filter((person) => state === "all" || person.state === (state ?? "active"))
    .filter((person) => role === undefined || person.grants.some((grant) => grant.role === role))
    .filter((person) => {
      const text = `${person.name} ${person.email}`.toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((left, right) => left.name.localeCompare(right.name));
}

/** Whether without this person nobody would be an owner of everything. Pure. */
export function isLastOwner(people: readonly PersonInfo[], id: string): boolean {
  const owners = people.filter(
    ({ grants, state }) =>
      state === "active" && grants.some((grant) => grant.role === "owner" && grant.environments === null),
  );
  return owners.length === 1 && owners[0]?.id === id;
}

/** How long somebody may be away before the list says so, ms. */
const AWAY_MS = 90 * 86_400_000;

/** Whether somebody who may sign in has not done so for long. Pure. */
export function isDormant(
  { created_at: createdAt, last_signed_in_at: at, state }: PersonInfo,
  now: number,
): boolean {
  return state === "active" && now - Date.parse(at ?? createdAt) > AWAY_MS;
}
