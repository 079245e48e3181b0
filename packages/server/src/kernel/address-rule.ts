import { BlockList, isIP } from "node:net";
import { HoldfastError } from "@holdfast/protocol";
import { readAddressRange } from "./address-range.ts";

/**
 * Addresses and CIDR ranges, as a question: is this address in them?
 *
 * @throws HoldfastError `request_invalid` naming the entry that is neither
 */
export function addressRule(entries: readonly string[]): (address: string | null) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const range = readAddressRange(entry);
    if (range === null)
      throw new HoldfastError(
        "request_invalid",
        `"${entry.slice(0, 60)}" is neither an address nor a range such as 203.0.113.0/24.`,
      );
    list.addSubnet(range.network, range.bits, range.family);
  }
  return (address) => {
    if (address === null) return false;
    // An IPv4 client on a socket that takes both.
    const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? "ipv4" : "ipv6");
  };
}
