import type { GrantInfo } from "@holdfast/client";
import type { Role } from "@holdfast/protocol";

/** What each role is for, in a sentence. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: "Everything, including what nobody can undo",
  admin: "Everything but keys of the vault and what nobody can undo",
  operator: "Acts on runs, and looks at how the server is set",
  developer: "Changes keys and apps outside production",
  viewer: "Sees which environments there are",
  auditor: "Reads the audit log and how the server is set",
};

const ARTICLES: Readonly<Record<Role, string>> = {
  owner: "an owner",
  admin: "an admin",
  operator: "an operator",
  developer: "a developer",
  viewer: "a viewer",
  auditor: "an auditor",
};

/** `an admin everywhere`, `a developer in staging and preview`. Pure. */
export function grantWords({ environments, role }: Omit<GrantInfo, "payloads"> & Partial<GrantInfo>): string {
  return `${ARTICLES[role]} ${placeWords(environments)}`;
}

/** `everywhere`, `in staging and preview`, `nowhere`. Pure. */
export function placeWords(environments: readonly string[] | null): string {
  if (environments === null) return "everywhere";
  return environments.length === 0 ? "nowhere" : `in ${listed(environments)}`;
}

/** `a`, `a and b`, `a, b and c`. Pure. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `Admin`. Pure. */
export function roleLabel(role: string): string {
  return role.slice(0, 1).toUpperCase() + role.slice(1);
}
