/**
 * The cryptographic primitives this package needs, handed in by whoever runs it:
 * the protocol is arithmetic on text and must run where `node:crypto` does not exist.
 */
export interface Digest {
  /** SHA-256 of UTF-8 text or bytes, in lower-case hex. */
  sha256Hex(data: string | Uint8Array): string;
  /** HMAC-SHA256 over the parts one after another, in lower-case hex. A key or part that is text is its UTF-8 bytes. */
  hmacSha256Hex(key: string | Uint8Array, ...parts: readonly (string | Uint8Array)[]): string;
  /** Whether two texts are equal, in a time that does not depend on where they differ. */
  equal(left: string, right: string): boolean;
}
