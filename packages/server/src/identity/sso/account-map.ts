import type { Grant, Role } from "@holdfast/protocol";
import { isWithin } from "@holdfast/protocol";
import type { MailAddress } from "../people/address.ts";
import { readAddress } from "../people/address.ts";
import type { AccountMap } from "./records.ts";

/** What a provider says of somebody, in its own words. Values by the name of their attribute or claim. */
export interface Statement {
  readonly subject: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** The same in ours. */
export interface MappedAccount {
  /** Null: none, several, or what is no address. */
  readonly address: MailAddress | null;
  readonly name: string | null;
  readonly groups: readonly string[];
  readonly grants: readonly Grant[];
}

/** Groups that are looked at; a directory may put somebody into thousands. */
const GROUPS_MAX = 2000;
const NAME_CHARS_MAX = 100;

/**
 * Reads a provider's statement by a connection's map. Groups are compared exactly; what they give is a union, and nothing of it
 * exceeds the ceiling. Nobody becomes an owner this way. Pure.
 *
 * @param more groups that a directory says they are in, beside those of the statement
 */
export function mapAccount(
  statement: Statement,
  map: AccountMap,
  more: readonly string[] = [],
): MappedAccount {
  const { attributes } = map;
  const emails =
    attributes.email === null ? [statement.subject] : (statement.attributes.get(attributes.email) ?? []);
  const [email] = emails;
  const [name = null] = attributes.name === null ? [] : (statement.attributes.get(attributes.name) ?? []);
  const named = attributes.groups === null ? [] : (statement.attributes.get(attributes.groups) ?? []);
  const groups = [...new Set([...named, ...more])].slice(0, GROUPS_MAX);
  return {
    // Of several nobody could say which is meant.
    address: emails.length === 1 && email !== undefined ? readAddress(email) : null,
    name: plainName(name),
    groups,
    grants: groupGrants(groups, map),
  };
}

/** What groups give by a map: a union, capped. Without a map, nothing. Pure. */
export function groupGrants(groups: readonly string[], map: AccountMap | null): readonly Grant[] {
  if (map === null) return [];
  const { defaultRole, groups: listed, roleCeiling } = map;
  const member: ReadonlySet<string> = new Set(groups);
  const given = listed
    .filter(({ group }) => member.has(group))
    .map(({ environments, payloads, role }): Grant => ({
      role: capped(role, roleCeiling),
      environments,
      payloads: payloads === true,
    }));
  if (given.length > 0 || defaultRole === null) return given;
  return [{ role: capped(defaultRole, roleCeiling), environments: null, payloads: false }];
}

/** A role, or the ceiling where it goes beyond it. An owner is never made. */
function capped(role: Role, roleCeiling: Role): Role {
  const ceiling: Role = roleCeiling === "owner" ? "admin" : roleCeiling;
  const everywhere = (each: Role): Grant => ({ role: each, environments: null });
  return isWithin(everywhere(role), everywhere(ceiling)) ? role : ceiling;
}

/** One line without what changes how it reads; null when nothing is left. */
function plainName(text: string | null): string | null {
  const plain = (text ?? "")
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim();
  return plain === "" ? null : Array.from(plain).slice(0, NAME_CHARS_MAX).join("");
}
