import ipaddr from "ipaddr.js";
import { HoldfastError } from "@holdfast/protocol";
import { checkLimits, NO_LIMITS } from "./limits.ts";
import type { EgressLimits, EgressPolicy, EgressRefusal } from "./policy-contract.ts";

/** A policy, ready to be asked. */
export interface EgressRules {
  readonly mode: EgressPolicy["mode"];
  readonly allow: readonly AllowEntry[];
  readonly plainHttp: ReadonlySet<string>;
  readonly limits: EgressLimits;
}

interface AllowEntry {
  /** A name in lower case, with `*.` in front for those below it; null for addresses. */
  readonly name: string | null;
  readonly range: readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number] | null;
  /** Null: any port that is not one of `PORTS_OF_OTHERS`. */
  readonly port: number | null;
}

/** What a request asks for, and what its name stands for. */
export interface EgressFacts {
  readonly url: URL;
  /** Every address of the host; the host itself when it is one. */
  readonly addresses: readonly string[];
  /** Ports that this server listens on, on this machine. */
  readonly ownPorts: ReadonlySet<number>;
}

/** Services that speak no HTTP, or should not be spoken to by it. */
const PORTS_OF_OTHERS: ReadonlySet<number> = new Set([
  7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
  110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526,
  530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723,
  2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 5060, 5061, 5432, 5984, 6000, 6379, 6566, 6665, 6666,
  6667, 6668, 6669, 6697, 9042, 9200, 9300, 10080, 11211, 27017,
]);

/** Where clouds tell a machine its own secrets. No list opens them. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);
const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
]);

/**
 * Reads a policy.
 *
 * @throws HoldfastError `request_invalid` naming the entry or the limit that is none
 */
export function readRules(policy: EgressPolicy): EgressRules {
  const limits = policy.limits ?? NO_LIMITS;
  checkLimits(limits);
  return {
    mode: policy.mode,
    allow: policy.allow.map(readEntry),
    plainHttp: new Set(policy.plainHttp.map((host) => host.toLowerCase())),
    limits,
  };
}

/**
 * Whether a request may go out, and why not. Every address of its host is looked at, and one that is refused refuses them
 * all: who may choose a name's addresses could otherwise put a private one behind a public one.
 */
export function refusalOf(
  rules: EgressRules,
  { addresses, ownPorts, url }: EgressFacts,
): EgressRefusal | null {
  const host = hostOf(url);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const refuse = (rule: EgressRefusal["rule"]): EgressRefusal => ({ rule, host, addresses });
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("scheme");
  if (url.username !== "" || url.password !== "") return refuse("credentials");
  if (METADATA_NAMES.has(host)) return refuse("metadata_service");
  const parsed = addresses.map(unwrapped);
  if (parsed.length === 0 || parsed.includes(null)) return refuse("unresolved");
  const known = parsed.filter((address) => address !== null);
  const isMetadata = known.some(
    (address) =>
      METADATA_ADDRESSES.has(address.toNormalizedString()) || METADATA_ADDRESSES.has(address.toString()),
  );
  if (isMetadata) return refuse("metadata_service");
  if (known.some(isLoopback) && ownPorts.has(port)) return refuse("own_address");
  const listing = rules.allow.filter((entry) => covers(entry, host, known));
  const isListed = listing.some((entry) => entry.port === null || entry.port === port);
  if (PORTS_OF_OTHERS.has(port) && !listing.some((entry) => entry.port === port)) return refuse("port");
  if (rules.mode === "any") return null;
  if (rules.mode === "listed" && !isListed) return refuse("not_listed");
  if (!isListed && known.some((address) => !isPublic(address))) return refuse("private_address");
  // Accepted by name, and only where not everybody is on the way.
  const isAccepted = rules.plainHttp.has(host) && known.every((address) => !isPublic(address));
  if (url.protocol === "http:" && !isAccepted && !known.every(isLoopback)) return refuse("plain_http");
  return null;
}

/** What a refusal means, in a sentence that names what accepts it. */
export function refusalWords({ host, rule }: EgressRefusal): string {
  switch (rule) {
    case "scheme":
      return "only http: and https: can be called";
    case "credentials":
      return "its URL holds credentials";
    case "port":
      return "its port belongs to a service that is no app; list it with its port to allow it";
    case "private_address":
      return `${host} is at an address that is not public, which the egress policy does not allow (private_address); allow it with: holdfast egress allow ${host}`;
    case "metadata_service":
      return "it is where a cloud tells a machine its secrets (metadata_service), which nothing allows";
    case "own_address":
      return "it is this server itself (own_address)";
    case "not_listed":
      return `${host} is not listed in the egress policy (not_listed); allow it with: holdfast egress allow ${host}`;
    case "plain_http":
      return `${host} is called over plain http (plain_http), where everybody on the way can read along; accept it with: holdfast egress allow-plain-http ${host}`;
    case "unresolved":
      return `${host} has no address`;
  }
}

/** The host without brackets and the dot at its end, lower case. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

/** An address as the one it stands for: of one of IPv4 that is written in IPv6, that one. Null for what is none. */
function unwrapped(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() === "unicast";
}

function isLoopback(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() === "loopback" || address.range() === "unspecified";
}

function covers(entry: AllowEntry, host: string, addresses: readonly (ipaddr.IPv4 | ipaddr.IPv6)[]): boolean {
  const { name, range } = entry;
  if (name !== null)
    return name.startsWith("*.")
      ? host.endsWith(name.slice(1)) && host.length > name.length - 1
      : host === name;
  if (range === null) return false;
  const [network, bits] = range;
  return addresses.every((address) => isWithin(address, network, bits));
}

function isWithin(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  network: ipaddr.IPv4 | ipaddr.IPv6,
  bits: number,
): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}

function readEntry(text: string): AllowEntry {
  const [, bracketed, plain, portText] =
    /^(?:\[([^\]]+)\]|([^:]*|[^\]]*:[^\]]*:[^\]]*?))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = (bracketed ?? plain ?? "").toLowerCase();
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) throw faulty(text);
  const [network = "", prefix, ...more] = host.split("/");
  if (ipaddr.isValid(network) && (network.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(network))) {
    const address = ipaddr.parse(network);
    const max = address.kind() === "ipv4" ? 32 : 128;
    // Nothing behind the slash is no number: it would be taken for 0, and so for every address there is.
    const bits = prefix === undefined ? max : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
    if (more.length > 0 || bits > max) throw faulty(text);
    return { name: null, range: [address, bits], port };
  }
  if (!/^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/.test(host) || prefix !== undefined)
    throw faulty(text);
  return { name: host, range: null, port };
}

function faulty(text: string): HoldfastError {
  return new HoldfastError(
    "request_invalid",
    `"${text.slice(0, 80)}" is no entry of an egress policy: a host such as app.example.org or *.example.org, an address, or a range such as 10.0.0.0/8, each with a port or without.`,
  );
}
