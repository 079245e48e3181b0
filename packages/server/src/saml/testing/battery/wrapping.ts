import { encodeForPost, ordinaryStatement, signElement, writeResponse } from "../identity-provider.ts";
import type { BatteryKit, BatteryRow } from "./row.ts";
import {
  afterIssuer,
  assertionOf,
  changed,
  forgedAssertion,
  genuine,
  signatureOf,
  withoutSignatures,
} from "./row.ts";

/** Signature wrapping: what was signed is kept somewhere, and something else stands in its place (rows 01 to 13). */
export const WRAPPING: readonly BatteryRow[] = [
  changed("01", "NameID changed after signing", "saml_signature", (xml) =>
    xml.replace(">u-7391<", ">owner<"),
  ),
  changed("02", "signatures removed, NameID changed", "saml_unsigned", (xml) =>
    withoutSignatures(xml).replace(">u-7391<", ">owner<"),
  ),
  changed("03", "XSW1: forged response, the original inside its signature", "saml_duplicate_id", (xml) => {
    const forged = withoutSignatures(xml).replace(">u-7391<", ">owner<");
    return afterIssuer(forged, withObject(signatureOf(xml), withoutSignatures(xml)));
  }),
  changed(
    "04",
    "XSW2: forged response, the original and its signature beside it",
    "saml_duplicate_id",
    (xml) => {
      const forged = withoutSignatures(xml).replace(">u-7391<", ">owner<");
      return afterIssuer(forged, withoutSignatures(xml) + signatureOf(xml));
    },
  ),
  changed("05a", "XSW3: forged assertion before the signed one", "saml_assertion_count", (xml) =>
    replaceAssertion(xml, (original) => forgedAssertion(xml) + original),
  ),
  changed("05b", "XSW3: forged assertion after the signed one", "saml_assertion_count", (xml) =>
    replaceAssertion(xml, (original) => original + forgedAssertion(xml)),
  ),
  changed(
    "05c",
    "XSW3: forged assertion with the same ID",
    "saml_duplicate_id",
    (xml) => replaceAssertion(xml, (original) => forgedAssertion(xml, "same id") + original),
    "IDs are compared before assertions are counted.",
  ),
  changed("06", "XSW4: forged assertion around the signed one", "saml_assertion_count", (xml) =>
    replaceAssertion(xml, (original) => inside(forgedAssertion(xml), original)),
  ),
  changed(
    "07",
    "XSW5: signature moved to the forged one, the original behind",
    "saml_assertion_count",
    (xml) =>
      replaceAssertion(
        xml,
        (original) => afterIssuer(forgedAssertion(xml), signatureOf(xml)) + withoutSignatures(original),
      ),
  ),
  changed("08", "XSW6: forged one whose signature holds the original", "saml_assertion_count", (xml) =>
    replaceAssertion(xml, (original) =>
      afterIssuer(forgedAssertion(xml), withObject(signatureOf(xml), withoutSignatures(original))),
    ),
  ),
  changed("09", "XSW7: forged copy in Extensions", "saml_duplicate_id", (xml) =>
    xml.replace("<samlp:Status>", `${extensions(forgedAssertion(xml, "same id"))}<samlp:Status>`),
  ),
  changed("10", "XSW8: the original in ds:Object", "saml_duplicate_id", (xml) =>
    replaceAssertion(xml, (original) =>
      afterIssuer(forgedAssertion(xml, "same id"), withObject(signatureOf(xml), withoutSignatures(original))),
    ),
  ),
  changed(
    "11",
    "signed assertion in Extensions, forged one with a copied signature",
    "saml_duplicate_id",
    (xml) => {
      const forged = afterIssuer(forgedAssertion(xml, "same id"), signatureOf(xml));
      return replaceAssertion(xml, () => forged).replace(
        "<samlp:Status>",
        `${extensions(assertionOf(xml))}<samlp:Status>`,
      );
    },
  ),
  changed(
    "12",
    "signed assertion in Extensions, forged one without signature",
    "saml_assertion_count",
    (xml) =>
      replaceAssertion(xml, () => forgedAssertion(xml)).replace(
        "<samlp:Status>",
        `${extensions(assertionOf(xml))}<samlp:Status>`,
      ),
  ),
  changed(
    "13a",
    "second signature with a forged assertion, in the assertion",
    "saml_assertion_count",
    (xml) =>
      replaceAssertion(xml, (original) =>
        inside(original, withObject(signatureOf(xml), forgedAssertion(xml))),
      ),
  ),
  changed("13b", "second signature with a forged assertion, in the response", "saml_assertion_count", (xml) =>
    xml.replace(
      "</samlp:Response>",
      `${withObject(signatureOf(xml), forgedAssertion(xml))}</samlp:Response>`,
    ),
  ),
  changed(
    "13c",
    "second signature with a forged assertion, in a signed error response",
    "saml_assertion_count",
    (xml, kit) => {
      const error = signedError(kit);
      return error.replace(
        "</samlp:Response>",
        `${withObject(signatureOf(error), forgedAssertion(xml))}</samlp:Response>`,
      );
    },
  ),
  changed("13d", "forged assertion appended to a signed error response", "saml_status", (xml, kit) =>
    signedError(kit).replace("</samlp:Response>", `${forgedAssertion(xml)}</samlp:Response>`),
  ),
  {
    number: "31",
    title: "encrypted assertion made by a stranger with our public key",
    expected: "saml_signature",
    make: (kit, mode) => encodeForPost(strangersSecret(kit, mode)),
  },
];

function strangersSecret(kit: BatteryKit, mode: "assertion" | "response" | "both"): string {
  return genuine(
    kit,
    mode,
    {},
    { key: kit.strangerKey, encrypt: { certificatePem: kit.encryptionCertificatePem } },
  );
}

function signedError(kit: BatteryKit): string {
  const status = "urn:oasis:names:tc:SAML:2.0:status:Responder";
  return signElement(writeResponse({ ...ordinaryStatement(kit.situation), status }, ""), "Response", {
    key: kit.idpKey,
  });
}

function replaceAssertion(xml: string, replacement: (original: string) => string): string {
  const original = assertionOf(xml);
  return xml.replace(original, () => replacement(original));
}

function inside(assertion: string, content: string): string {
  return assertion.replace(/<\/saml:Assertion>$/, () => `${content}</saml:Assertion>`);
}

function withObject(signature: string, content: string): string {
  return signature.replace("</ds:Signature>", () => `<ds:Object>${content}</ds:Object></ds:Signature>`);
}

function extensions(content: string): string {
  return `<samlp:Extensions>${content}</samlp:Extensions>`;
}
