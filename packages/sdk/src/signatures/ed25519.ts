import type { MessageVerifier, ServerKey } from "@holdfast/protocol";

/** Recognises what a server signed with the private half of its key (RFC 8032), on the platform's own WebCrypto. */
export function ed25519Verifier({ keyId, publicKey }: ServerKey): MessageVerifier {
  let imported: Promise<CryptoKey> | null = null;
  return {
    keyId,
    alg: "ed25519",
    async matches(base, signature) {
      imported ??= crypto.subtle.importKey("raw", new Uint8Array(publicKey), "Ed25519", false, ["verify"]);
      const key = await imported;
      const bytes = Uint8Array.from(atob(signature), (char) => char.charCodeAt(0));
      // WebCrypto reads base64 text as bytes: two texts must not stand for one signature.
      if (btoa(String.fromCharCode(...bytes)) !== signature) return false;
      return crypto.subtle.verify("Ed25519", key, bytes, new TextEncoder().encode(base));
    },
  };
}
