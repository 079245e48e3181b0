import { ENVELOPED, EXC_C14N, NS, RSA_PSS_SHA256, RSA_SHA256, RSA_SHA512, SHA256, SHA512 } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import {
  attributeOf,
  childElements,
  childrenNamed,
  isNamed,
  onlyChild,
  optionalChild,
  textOf,
  withDescendants,
} from "../xml/element.ts";

/** The algorithms that are taken. SHA-1 has been broken for signatures since 2017; HMAC turns a public key into a secret. */
const SIGNATURE_ALGORITHMS: ReadonlySet<string> = new Set([RSA_SHA256, RSA_SHA512, RSA_PSS_SHA256]);
const DIGEST_ALGORITHMS: ReadonlySet<string> = new Set([SHA256, SHA512]);

/**
 * The signatures of a message, each found directly in an element that may have one (P10).
 *
 * @param signable where a signature may stand
 * @returns by the element that is signed
 * @throws SamlError `saml_signature_position`
 */
export function findSignatures(root: Element, signable: readonly Element[]): ReadonlyMap<Element, Element> {
  const signatures = new Map<Element, Element>();
  for (const element of withDescendants(root)) {
    if (isNamed(element, NS.dsig, "Object") || isNamed(element, NS.dsig, "Manifest"))
      throw new SamlError("saml_signature_position");
    if (element.localName !== "Signature") continue;
    const signed = signable.find((each) => each === element.parentNode);
    const isMisplaced = element.namespaceURI !== NS.dsig || signed === undefined || signatures.has(signed);
    if (isMisplaced) throw new SamlError("saml_signature_position");
    signatures.set(signed, element);
  }
  return signatures;
}

/**
 * A signature has the one shape that is taken (P11): one SignedInfo, one Reference to the element it stands in, the two usual
 * transforms, listed algorithms.
 *
 * @throws SamlError `saml_structure`, `saml_reference`, `saml_algorithm`
 */
export function checkSignatureShape(signature: Element): void {
  const signedInfo = onlyChild(signature, NS.dsig, "SignedInfo");
  textOf(onlyChild(signature, NS.dsig, "SignatureValue"));
  optionalChild(signature, NS.dsig, "KeyInfo");
  allows(signature, ["SignedInfo", "SignatureValue", "KeyInfo"], "saml_structure");
  allows(signedInfo, ["CanonicalizationMethod", "SignatureMethod", "Reference"], "saml_structure");
  const reference = checkReference(signedInfo, signature);
  checkTransforms(reference);
  const canonicalization = onlyChild(signedInfo, NS.dsig, "CanonicalizationMethod");
  const method = onlyChild(signedInfo, NS.dsig, "SignatureMethod");
  const digest = onlyChild(reference, NS.dsig, "DigestMethod");
  demands(attributeOf(canonicalization, "Algorithm") === EXC_C14N && hasOnlyPrefixes(canonicalization));
  demands(SIGNATURE_ALGORITHMS.has(attributeOf(method, "Algorithm") ?? "") && isEmpty(method));
  demands(DIGEST_ALGORITHMS.has(attributeOf(digest, "Algorithm") ?? "") && isEmpty(digest));
  textOf(onlyChild(reference, NS.dsig, "DigestValue"));
}

function checkReference(signedInfo: Element, signature: Element): Element {
  const [reference, ...more] = childrenNamed(signedInfo, NS.dsig, "Reference");
  if (reference === undefined || more.length > 0) throw new SamlError("saml_reference");
  const id = attributeOf(signature.parentNode as Element, "ID");
  if (id === null || attributeOf(reference, "URI") !== `#${id}`) throw new SamlError("saml_reference");
  allows(reference, ["Transforms", "DigestMethod", "DigestValue"], "saml_structure");
  return reference;
}

function checkTransforms(reference: Element): void {
  const transforms = childElements(onlyChild(reference, NS.dsig, "Transforms"));
  const [enveloped, exclusive] = transforms;
  demands(transforms.length === 2 && transforms.every((each) => isNamed(each, NS.dsig, "Transform")));
  demands(enveloped !== undefined && attributeOf(enveloped, "Algorithm") === ENVELOPED && isEmpty(enveloped));
  demands(
    exclusive !== undefined && attributeOf(exclusive, "Algorithm") === EXC_C14N && hasOnlyPrefixes(exclusive),
  );
}

function demands(isMet: boolean): void {
  if (!isMet) throw new SamlError("saml_algorithm");
}

function isEmpty(element: Element): boolean {
  return childElements(element).length === 0;
}

/** Exclusive canonicalisation takes a list of prefixes, which OpenSAML writes, and nothing else. */
function hasOnlyPrefixes(element: Element): boolean {
  const children = childElements(element);
  return children.length <= 1 && children.every((child) => isNamed(child, NS.excC14n, "InclusiveNamespaces"));
}

function allows(parent: Element, names: readonly string[], code: "saml_structure"): void {
  const isKnown = (child: Element): boolean => names.some((name) => isNamed(child, NS.dsig, name));
  if (!childElements(parent).every(isKnown)) throw new SamlError(code);
}
