import { createHash, createSign } from "node:crypto";
import { DOMParser } from "@xmldom/xmldom";
import { ExclusiveCanonicalization } from "xml-crypto";
import type { TestKey } from "./test-keys.ts";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

/**
 * Signs the root of a document as OpenSAML does, on which many providers stand: with a list of prefixes that stay declared,
 * lines in the base64, and the signature after the Issuer. SignedInfo is written in its canonical form at once.
 */
export function signLikeOpenSaml(xml: string, key: TestKey, prefixes: readonly string[]): string {
  const root = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  const canonical = new ExclusiveCanonicalization().process(root, {
    inclusiveNamespacesPrefixList: [...prefixes],
  });
  const digest = createHash("sha256").update(canonical).digest("base64");
  const list =
    prefixes.length === 0
      ? ""
      : `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${prefixes.join(" ")}"></ec:InclusiveNamespaces>`;
  const content = [
    `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>`,
    `<ds:Reference URI="#${root.getAttribute("ID")}"><ds:Transforms>`,
    `<ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform>`,
    `<ds:Transform Algorithm="${EXC_C14N}">${list}</ds:Transform></ds:Transforms>`,
    `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>`,
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
  ].join("");
  const signature = createSign("sha256")
    .update(`<ds:SignedInfo xmlns:ds="${DSIG}">${content}`)
    .sign(key.privateKeyPem, "base64");
  const lines = signature.match(/.{1,76}/g)?.join("&#13;\n") ?? "";
  const certificate = key.certificatePem.replace(/-----[^-]+-----/g, "").trim();
  const element = [
    `<ds:Signature xmlns:ds="${DSIG}"><ds:SignedInfo>${content}`,
    `<ds:SignatureValue>${lines}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    "</ds:Signature>",
  ].join("");
  return xml.replace(/<\/([a-z0-9]+:)?Issuer>/, (end) => end + element);
}
