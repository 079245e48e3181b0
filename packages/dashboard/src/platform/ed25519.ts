/** Verifies an Ed25519 signature with the browser's own means; null where it has none: they need TLS, and a recent browser. */
export async function verifyEd25519(
  publicKey: Uint8Array<ArrayBuffer>,
  message: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean | null> {
  // Without TLS there is none, whatever the type says.
  const subtle = (crypto as Partial<Crypto>).subtle;
  if (subtle === undefined) return null;
  try {
    const key = await subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await subtle.verify({ name: "Ed25519" }, key, signature, new TextEncoder().encode(message));
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    return false;
  }
}
