import { NS, RSA_OAEP, SHA1 } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, onlyChild, optionalChild, textOf, withDescendants, isNamed } from "../xml/element.ts";

/** Node's names of the content ciphers. */
const GCM: Readonly<Record<string, ContentCipher>> = {
  [`${NS.xenc11}aes128-gcm`]: "aes-128-gcm",
  [`${NS.xenc11}aes256-gcm`]: "aes-256-gcm",
};
const CBC: Readonly<Record<string, ContentCipher>> = {
  [`${NS.xenc}aes128-cbc`]: "aes-128-cbc",
  [`${NS.xenc}aes256-cbc`]: "aes-256-cbc",
};

export type ContentCipher = "aes-128-gcm" | "aes-256-gcm" | "aes-128-cbc" | "aes-256-cbc";

/** What is encrypted, and how; base64 as the message has it. */
export interface EncryptedContent {
  readonly cipher: ContentCipher;
  readonly key: string;
  readonly content: string;
}

/**
 * An EncryptedAssertion in the one shape that is taken, with ciphers that are (P13). AES-CBC has no integrity of its own: it is
 * taken only inside a signed response. RSA PKCS #1 1.5 lets whoever sees an error decrypt, and is never taken. OAEP stands
 * with SHA-1, which is not weak there, and is all that the engine reads.
 *
 * @throws SamlError `saml_weak_encryption`, `saml_structure`
 */
export function readEncryption(encrypted: Element, isResponseSigned: boolean): EncryptedContent {
  checkCounts(encrypted);
  const data = onlyChild(encrypted, NS.xenc, "EncryptedData");
  const key = findKey(encrypted, data);
  const cipher = cipherOf(data, isResponseSigned);
  checkKeyTransport(key);
  return { cipher, key: valueOf(key), content: valueOf(data) };
}

/** How often each may stand anywhere in it, whatever its namespace: a data and a key, each with its method and its value. */
const COUNTS: Readonly<Record<string, number>> = {
  EncryptedData: 1,
  EncryptedKey: 1,
  EncryptionMethod: 2,
  CipherData: 2,
  CipherValue: 2,
};

/**
 * The engine finds what it decrypts by local names, anywhere: one that is hidden beside ours must not be there for it to find, or what
 * is checked here is not what it decrypts.
 */
function checkCounts(encrypted: Element): void {
  const counts = new Map<string, number>();
  for (const { localName } of withDescendants(encrypted))
    if (localName !== null) counts.set(localName, (counts.get(localName) ?? 0) + 1);
  const isWrong = Object.entries(COUNTS).some(([name, count]) => counts.get(name) !== count);
  if (isWrong || counts.has("CipherReference") || (counts.get("RetrievalMethod") ?? 0) > 1)
    throw new SamlError("saml_structure");
}

function cipherOf(data: Element, isResponseSigned: boolean): ContentCipher {
  const algorithm = attributeOf(onlyChild(data, NS.xenc, "EncryptionMethod"), "Algorithm") ?? "";
  const cipher = GCM[algorithm] ?? (isResponseSigned ? CBC[algorithm] : undefined);
  if (cipher === undefined) throw new SamlError("saml_weak_encryption");
  return cipher;
}

function checkKeyTransport(key: Element): void {
  const method = onlyChild(key, NS.xenc, "EncryptionMethod");
  const digest = optionalChild(method, NS.dsig, "DigestMethod");
  const isSha1 = digest === null || attributeOf(digest, "Algorithm") === SHA1;
  if (attributeOf(method, "Algorithm") !== RSA_OAEP || !isSha1) throw new SamlError("saml_weak_encryption");
}

/** The key, inside the data it opens or beside it with a reference to it. Several keys are several recipients: we are one. */
function findKey(encrypted: Element, data: Element): Element {
  const [key, ...more] = withDescendants(encrypted).filter((each) => isNamed(each, NS.xenc, "EncryptedKey"));
  const keyInfo = onlyChild(data, NS.dsig, "KeyInfo");
  if (key === undefined || more.length > 0) throw new SamlError("saml_structure");
  if (key.parentNode === keyInfo) return key;
  const reference = attributeOf(onlyChild(keyInfo, NS.dsig, "RetrievalMethod"), "URI");
  const isBeside = key.parentNode === encrypted && reference === `#${attributeOf(key, "Id") ?? ""}`;
  if (!isBeside) throw new SamlError("saml_structure");
  return key;
}

function valueOf(encrypted: Element): string {
  return textOf(onlyChild(onlyChild(encrypted, NS.xenc, "CipherData"), NS.xenc, "CipherValue"));
}
