import { BlockList, isIP } from "node:net";
import { HoldfastError } from "@holdfast/protocol";
import { readAddressRange } from "#kernel";

/**
 * Whose request it is: the address of the connection, or, where that is a proxy that is trusted, the last address in
 * `X-Forwarded-For` that is none. What stands further left may have been written by anybody.
 *
 * @param proxies addresses and ranges of proxies that are trusted
 * @throws HoldfastError `config_invalid` for an entry that is neither
 */
export function clientAddress(
  proxies: readonly string[],
): (connection: string, forwardedFor: string | undefined) => string {
  const trusted = new BlockList();
  for (const entry of proxies) {
    const range = readAddressRange(entry);
    if (range === null)
      throw new HoldfastError(
        "config_invalid",
        `"${entry.slice(0, 60)}" is no address or range of a trusted proxy.`,
      );
    trusted.addSubnet(range.network, range.bits, range.family);
  }
  const isTrusted = (address: string): boolean => {
    const family = isIP(address);
    return family !== 0 && trusted.check(address, family === 4 ? "ipv4" : "ipv6");
  };
  return (connection, forwardedFor) => {
    let address = plain(connection);
    if (forwardedFor === undefined) return address;
    const hops = forwardedFor.split(",").map((hop) => plain(hop.trim()));
    while (isTrusted(address)) {
      const hop = hops.pop();
      // What is no address says nothing, and neither does what stands before it.
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

/** An IPv4 client on a socket that takes both. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
