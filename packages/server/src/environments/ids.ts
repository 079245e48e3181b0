import type { Digest } from "@holdfast/protocol";

/** The main environment's id is the fixed one of a single-tenant server (wire-protocol 1.5). */
const MAIN_ID = "00000000-0000-4000-b000-000000000000";

/** UUID of an environment: the same for the same name, always. */
export function environmentId(name: string, digest: Digest): string {
  if (name === "production" || name === "dev") return MAIN_ID;
  const hex = digest.sha256Hex(`environment\n${name}`);
  // A version 8 UUID (RFC 9562, 5.8): the digest is ours to cut.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
