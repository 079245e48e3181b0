import type { Digest } from "../digest.ts";
import { base64, hexBytes } from "../encodings.ts";

/** Value of `Content-Digest` (RFC 9530) for a body without any content coding: `sha-256=:<base64>:`. */
export function contentDigest(body: string | Uint8Array, digest: Digest): string {
  return `sha-256=:${base64(hexBytes(digest.sha256Hex(body)))}:`;
}

/** Whether a `Content-Digest` is exactly the one of this body: another algorithm, or one more beside it, is not. */
export function contentDigestMatches(
  header: string | null,
  body: string | Uint8Array,
  digest: Digest,
): boolean {
  return header !== null && digest.equal(header.trim(), contentDigest(body, digest));
}
