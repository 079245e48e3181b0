import { domainToASCII } from "node:url";

/** An e-mail address as it is compared, and its domain as it is asked for in the DNS. */
export interface MailAddress {
  readonly text: string;
  readonly domain: string;
}

const LOCAL_CHARS_MAX = 64;
const DOMAIN_CHARS_MAX = 253;

/**
 * Brings an address into the one form in which two are compared, then holds it to the shape of one: first normalised (NFKC,
 * lower case, IDNA A-labels), then validated, since what validates may still change when it is normalised. Tags and dots in
 * the local part mean what the mail server makes of them, and stay. Null: it is none. Pure.
 */
export function readAddress(text: string): MailAddress | null {
  const normal = text.normalize("NFKC").trim().toLowerCase();
  const at = normal.lastIndexOf("@");
  const local = normal.slice(0, Math.max(0, at));
  const domain = domainToASCII(normal.slice(at + 1).replace(/\.$/, ""));
  // An atom of RFC 5322 and what RFC 6531 adds to it; no quotes, in which anything may hide.
  const isLocal =
    local.length <= LOCAL_CHARS_MAX &&
    /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(local);
  const isDomain =
    domain.length <= DOMAIN_CHARS_MAX &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domain);
  return isLocal && isDomain ? { text: `${local}@${domain}`, domain } : null;
}
