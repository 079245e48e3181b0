import type { PersonInfo, SignInPolicy } from "@holdfast/client";

/**
 * Whom rules of signing in would stop: those who have no way left, and those who have to add a second factor before they see
 * anything. By name. Pure.
 */
export function lockedOut(
  people: readonly PersonInfo[],
  policy: Pick<SignInPolicy, "password" | "mfa_roles">,
): { readonly blocked: readonly string[]; readonly mustEnrol: readonly string[] } {
  const active = people.filter(({ state }) => state === "active");
  const hasOnlyPassword = (person: PersonInfo): boolean =>
    !person.break_glass && person.sign_in.every((way) => way === "password");
  const blocked = policy.password ? [] : active.filter(hasOnlyPassword);
  const mustEnrol = active.filter(
    (person) =>
      !blocked.includes(person) &&
      !person.mfa &&
      person.grants.some(({ role }) => policy.mfa_roles.includes(role)),
  );
  const names = (list: readonly PersonInfo[]): readonly string[] => list.map(({ name }) => name);
  return { blocked: names(blocked), mustEnrol: names(mustEnrol) };
}
