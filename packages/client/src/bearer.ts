import { parseSigningKey } from "@holdfast/protocol";

/**
 * Value of the `Authorization` header for a signing key: the key's prefix and the SHA-256 of its decoded hex
 * (wire-protocol 3.2). The same as the protocol's `bearerToken`, on the web's asynchronous digest.
 * The key itself never leaves the process.
 *
 * @example
 * ```ts
 * await bearerOf("signkey-prod-00112233445566778899aabbccddeeff") // → "Bearer signkey-prod-…"
 * ```
 *
 * @throws HoldfastError `key_invalid`.
 */
export async function bearerOf(signingKey: string): Promise<string> {
  const key = parseSigningKey(signingKey);
  const hex = key.reveal();
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `Bearer ${key.prefix}${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
