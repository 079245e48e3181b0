import { isIP } from "node:net";

/** An address, or a range in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
export interface AddressRange {
  readonly network: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/**
 * Reads an address or a range; null for what is neither. What is cut off, such as `10.0.0.0/`, is neither: it must not be taken
 * for a range of everything.
 */
export function readAddressRange(text: string): AddressRange | null {
  const [network = "", prefix, ...more] = text.split("/");
  const family = isIP(network);
  if (family === 0 || more.length > 0) return null;
  const max = family === 4 ? 32 : 128;
  const bits = prefix === undefined ? max : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  return bits > max ? null : { network, bits, family: family === 4 ? "ipv4" : "ipv6" };
}
