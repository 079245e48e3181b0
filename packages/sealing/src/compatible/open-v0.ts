import { cbc } from "@noble/ciphers/aes.js";
import { md5 } from "@noble/hashes/legacy.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const SALT_AT = 8;
const DATA_AT = 16;
const KEY_BYTES = 32;
const IV_BYTES = 16;

/**
 * Opens the published format's older form: AES-256-CBC, its key and IV made by OpenSSL's EVP_BytesToKey with one round of
 * MD5. Nothing authenticates it: whoever can change it can change what it says. Null when the key does not fit.
 */
export function openV0(key: string, whole: Uint8Array): string | null {
  const material = keyMaterial(utf8ToBytes(key), whole.subarray(SALT_AT, DATA_AT));
  const iv = material.subarray(KEY_BYTES, KEY_BYTES + IV_BYTES);
  try {
    const plain = cbc(material.subarray(0, KEY_BYTES), iv).decrypt(whole.subarray(DATA_AT));
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    // Padding or UTF-8 that cannot be: another key. What exactly was wrong would help whoever forges.
    return null;
  }
}

function keyMaterial(password: Uint8Array, salt: Uint8Array): Uint8Array {
  let block = new Uint8Array(0);
  let material = new Uint8Array(0);
  while (material.length < KEY_BYTES + IV_BYTES) {
    block = new Uint8Array(md5(concatBytes(block, password, salt)));
    material = new Uint8Array(concatBytes(material, block));
  }
  return material;
}
