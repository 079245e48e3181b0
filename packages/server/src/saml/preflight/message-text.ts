import { SAML_LIMITS } from "../limits.ts";
import { SamlError } from "../saml-error.ts";

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * One parameter, as one string that is not too long (P1). Arrays and objects are what form parsers make of a parameter that
 * is repeated or has brackets.
 *
 * @throws SamlError `saml_encoding`, `saml_too_large`
 */
export function readParameter(encoded: unknown): string {
  if (typeof encoded !== "string") throw new SamlError("saml_encoding");
  if (encoded.length > SAML_LIMITS.encodedChars) throw new SamlError("saml_too_large");
  return encoded;
}

/** Decodes base64 in one line or many (P1). @throws SamlError `saml_encoding` */
export function decodeBase64(encoded: string): Buffer {
  const compact = encoded.replace(/[\r\n]/g, "");
  const bytes = BASE64.test(compact) ? Buffer.from(compact, "base64") : Buffer.alloc(0);
  // Written back it must be the same: Node overlooks what is missing or left over at the end.
  if (bytes.length === 0 || bytes.toString("base64") !== compact) throw new SamlError("saml_encoding");
  return bytes;
}

/**
 * Decodes a message's bytes (P2): strict UTF-8, no byte order mark, no controls, no references to what is no character of
 * XML. Line ends become `\n`, as XML 1.0 2.11 has it, so that everybody after this sees the same text.
 *
 * @throws SamlError `saml_encoding`
 */
export function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SamlError("saml_encoding");
  }
  return checkCharacters(text);
}

/** The part of `decodeText` that is about characters. @throws SamlError `saml_encoding` */
export function checkCharacters(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (!isAllowed(text.charCodeAt(at))) throw new SamlError("saml_encoding");
  }
  for (let at = text.indexOf("&#"); at !== -1; at = text.indexOf("&#", at + 2)) {
    if (!isCharacterReference(text, at)) throw new SamlError("saml_encoding");
  }
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

const REFERENCE = /&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));/y;

function isCharacterReference(text: string, at: number): boolean {
  REFERENCE.lastIndex = at;
  const [whole, hex, decimal] = REFERENCE.exec(text) ?? [];
  if (whole === undefined) return false;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code <= 0x10ffff && !isSurrogate && isAllowed(code);
}

/** Characters of XML 1.0 (2.2) without the controls that it discourages, and without the byte order mark. */
function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return !(code >= 0x7f && code <= 0x9f) && code !== 0xfeff && code !== 0xfffe && code !== 0xffff;
}
