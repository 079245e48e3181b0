/** Whose an address is: an IPv4 address by itself, of an IPv6 address its /64, since whoever has one of those has them all. Pure. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const groups = head.split(":");
  const missing = plain.includes("::")
    ? 8 - groups.length - tail.split(":").filter((part) => part !== "").length
    : 0;
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => "0")].slice(0, 4).join(":");
}

/** Whether an address is one of this machine's to itself (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). Pure. */
export function isThisMachine(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}
