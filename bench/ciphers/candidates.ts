import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import type { Cipher } from "./cipher.ts";
import { portableCiphers } from "./portable.ts";

/** Bytes of the values that are sealed everywhere. */
export const SIZES = [64, 1024, 16 * 1024] as const;
/** What the whole of sealing is called in a table. */
export const SEAL = "seal(): JSON, key, position, cipher, base64";
export const OPEN = "open() again, as in a run's next call";

const AT = {
  kind: "step-output",
  environment: "production",
  app: "shop",
  functionId: "ship-order",
  runId: "01JX5T1S7D2ZP0Q8V6K3N4M9RW",
  stepId: "6bcd9d8b8a1d4f0e9c7b5a3f2e1d0c9b8a7f6e5d",
} as const;

/** Something to be measured. */
export interface Candidate {
  readonly name: string;
  act(): unknown;
}

/**
 * The bare ciphers and the whole of sealing, for a value of so many bytes. Uses nothing but what every runtime has; what a
 * platform has beside it is handed in, and left out where it fails.
 */
export async function candidatesFor(size: number, native: readonly Cipher[]): Promise<readonly Candidate[]> {
  const stage = sealing({ keys: staticKeys(newSealingKey().text()), padding: "off" }).payloads({
    app: "shop",
    environment: "production",
  });
  // JSON of exactly the size: a text and its quotes.
  const value = "x".repeat(size - 2);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await stage.seal(value, AT);
  const ciphers = [...(await portableCiphers()), ...native.filter((cipher) => works(cipher, plain))];
  return [
    ...ciphers.map(({ name, seal }) => ({ name, act: () => seal(plain) })),
    { name: SEAL, act: () => stage.seal(value, AT) },
    { name: OPEN, act: () => stage.open(sealed, AT) },
  ];
}

/** The bare primitive that sealing uses for a value of this size, among what was measured. */
export function baseOf(size: number, names: readonly string[]): string {
  const platform = "chacha20-poly1305, node:crypto";
  return size >= 2048 && names.includes(platform) ? platform : "XChaCha20-Poly1305, noble";
}

function works({ seal }: Cipher, plain: Uint8Array): boolean {
  try {
    seal(plain);
    return true;
  } catch {
    return false;
  }
}
