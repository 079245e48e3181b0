import type { SamlCode } from "../../saml-error.ts";
import type { IssueOptions, SigningMode, Situation, Statement } from "../identity-provider.ts";
import { encodeForPost, issueResponse, ordinaryStatement } from "../identity-provider.ts";
import type { TestKey } from "../test-keys.ts";

/** What documents are made of: a situation in which the genuine one would be accepted, and everybody's keys. */
export interface BatteryKit {
  readonly situation: Situation;
  readonly idpKey: TestKey;
  /** A key that nobody trusts. */
  readonly strangerKey: TestKey;
  /** The certificate under which we take encrypted assertions. */
  readonly encryptionCertificatePem: string;
}

/** A document of the battery, in each of three signing modes. */
export interface BatteryRow {
  /** The number of the attack catalogue's table, and a letter where it has several documents. */
  readonly number: string;
  readonly title: string;
  /** The code that refuses it, by mode where modes differ; null: it is harmless, and accepted. */
  readonly expected: SamlCode | null | Readonly<Record<SigningMode, SamlCode | null>>;
  /** Why another code than the table's comes first. */
  readonly why?: string;
  /** The value of the parameter `SAMLResponse`. */
  make(kit: BatteryKit, mode: SigningMode): string;
}

export function expectedIn(row: BatteryRow, mode: SigningMode): SamlCode | null {
  return typeof row.expected === "object" && row.expected !== null ? row.expected[mode] : row.expected;
}

/** Whom a forger wants to be. */
export const VICTIM = "owner";

/** A document that is genuine, or would be if it said something else. */
export function genuine(
  kit: BatteryKit,
  mode: SigningMode,
  changes: Partial<Statement> = {},
  options: Partial<IssueOptions> = {},
): string {
  const says = { ...ordinaryStatement(kit.situation), ...changes };
  return issueResponse(says, { mode, key: kit.idpKey, ...options });
}

/** A row whose document says something wrong and is signed all the same. */
export function misstated(
  number: string,
  title: string,
  expected: BatteryRow["expected"],
  changes: (says: Statement, kit: BatteryKit) => Partial<Statement>,
): BatteryRow {
  return {
    number,
    title,
    expected,
    make: (kit, mode) => encodeForPost(genuine(kit, mode, changes(ordinaryStatement(kit.situation), kit))),
  };
}

/** A row whose genuine document is changed after it was signed. */
export function changed(
  number: string,
  title: string,
  expected: BatteryRow["expected"],
  change: (xml: string, kit: BatteryKit) => string,
  why?: string,
): BatteryRow {
  const make: BatteryRow["make"] = (kit, mode) => {
    const xml = genuine(kit, mode);
    const result = change(xml, kit);
    if (result === xml) throw new Error(`Row ${number} changed nothing.`);
    return encodeForPost(result);
  };
  return { number, title, expected, make, ...(why === undefined ? {} : { why }) };
}

const ASSERTION = /<saml:Assertion[\s\S]*<\/saml:Assertion>/;
const SIGNATURE = /<ds:Signature [\s\S]*?<\/ds:Signature>/;

export function assertionOf(xml: string): string {
  return found(ASSERTION, xml);
}

/** The first signature: the response's, or else the assertion's. */
export function signatureOf(xml: string): string {
  return found(SIGNATURE, xml);
}

export function withoutSignatures(xml: string): string {
  return xml.replace(new RegExp(SIGNATURE, "g"), "");
}

/** The genuine assertion, unsigned and about the victim, under its own ID or another. */
export function forgedAssertion(xml: string, id: "same id" | "other id" = "other id"): string {
  const forged = withoutSignatures(assertionOf(xml)).replace(/(<saml:NameID[^>]*>)[^<]*/, `$1${VICTIM}`);
  return id === "same id" ? forged : forged.replace(/ID="[^"]*"/, 'ID="_forged"');
}

/** Puts XML right after the assertion's or the response's Issuer. */
export function afterIssuer(xml: string, addition: string): string {
  return xml.replace("</saml:Issuer>", `</saml:Issuer>${addition}`);
}

function found(pattern: RegExp, xml: string): string {
  const [match] = pattern.exec(xml) ?? [];
  if (match === undefined) throw new Error(`Nothing like ${pattern} in the document.`);
  return match;
}
