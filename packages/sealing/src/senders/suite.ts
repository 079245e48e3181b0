import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** HPKE (RFC 9180) in base mode: X25519, HKDF-SHA-256, AES-256-GCM, all of them the platform's own. */
export const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);

/** What both sides say the exchange is for (section 5.1, `info`). */
export const PURPOSE = utf8ToBytes("holdfast/sealing/v1/public");

/** Bytes of the encapsulated key, which stands before the ciphertext. */
export const ENCAPSULATED_BYTES = 32;
