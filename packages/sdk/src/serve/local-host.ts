import { parseUrl } from "./parse-url.ts";

/** Names by which a machine, or a container on it, reaches itself. */
const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "host.docker.internal"]);

/** Loopback, and networks that the internet does not reach (RFC 1918, 3927, 6598). */
const PRIVATE_V4 =
  /^(?:127|10)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

/** Loopback, unique local and link-local addresses (RFC 4193, 4291). */
const PRIVATE_V6 = /^(?:::1|f[cd][0-9a-f]{2}:[0-9a-f:.]*|fe[89ab][0-9a-f]:[0-9a-f:.]*)$/;

const IP_V4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Whether an origin such as `http://localhost:3000` names this machine or a private network. A name without a dot
 * counts: containers call each other so, and nobody on the internet can own one. A name with a dot does not, even if it
 * leads here today: whoever owns it decides where it leads tomorrow (DNS rebinding).
 */
export function isLocalOrigin(origin: string): boolean {
  const host = parseUrl(origin)?.hostname ?? "";
  if (LOCAL_NAMES.has(host) || host.endsWith(".localhost")) return true;
  if (IP_V4.test(host) || host.startsWith("[")) return isLocalAddress(host.replace(/^\[|\]$/g, ""));
  return host !== "" && !host.includes(".");
}

/** Whether an IP address is this machine's or of a private network; an IPv4 address may be written as one of IPv6. */
export function isLocalAddress(address: string): boolean {
  const v4 = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return IP_V4.test(v4) ? PRIVATE_V4.test(v4) : PRIVATE_V6.test(address.replace(/%.*$/, "").toLowerCase());
}
