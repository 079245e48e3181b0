import { gcm } from "@noble/ciphers/aes.js";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { Cipher } from "./cipher.ts";
import { ASSOCIATED_BYTES } from "./cipher.ts";

/** Ciphers that run wherever JavaScript does: in a browser, at the edge, in Node. Nothing here is Node's. */
export async function portableCiphers(): Promise<readonly Cipher[]> {
  const key = random(32);
  const associated = random(ASSOCIATED_BYTES);
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return [
    {
      name: "XChaCha20-Poly1305, noble",
      seal: (plain) => xchacha20poly1305(key, random(24), associated).encrypt(plain),
    },
    { name: "AES-256-GCM, noble", seal: (plain) => gcm(key, random(12), associated).encrypt(plain) },
    {
      name: "AES-256-GCM, WebCrypto",
      seal: async (plain) =>
        crypto.subtle.encrypt(
          { name: "AES-GCM", iv: random(12), additionalData: associated },
          imported,
          new Uint8Array(plain),
        ),
    },
  ];
}

function random(byteCount: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(byteCount));
}
