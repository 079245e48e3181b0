/**
 * What sealing costs: the bare ciphers beside the whole of it, in one run on one machine.
 *
 *     node -C @holdfast/source bench/sealing.ts
 *
 * `ciphers/portable.ts` and `ciphers/measure.ts` use nothing of Node's, so that a page in a browser or a worker at the edge
 * can import them and measure the same.
 */
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import { measureTurns } from "./ciphers/measure.ts";
import { nativeCiphers } from "./ciphers/native.ts";
import { portableCiphers } from "./ciphers/portable.ts";

const SIZES = [64, 1024, 16 * 1024, 256 * 1024] as const;
const AT = {
  kind: "step-output",
  environment: "production",
  app: "shop",
  functionId: "ship-order",
  runId: "01JX5T1S7D2ZP0Q8V6K3N4M9RW",
  stepId: "6bcd9d8b8a1d4f0e9c7b5a3f2e1d0c9b8a7f6e5d",
} as const;

const ciphers = [...(await portableCiphers()), ...nativeCiphers()];
const stage = sealing({ keys: staticKeys(newSealingKey().text()), padding: "off" }).payloads?.({
  app: "shop",
  environment: "production",
});
if (stage === undefined) throw new Error("Sealing brings no stage.");

console.log(
  `node ${process.version}, ${process.arch}; microseconds for one value, the best of several rounds\n`,
);
for (const size of SIZES) {
  // JSON of exactly the size: a text and its quotes.
  const value = "x".repeat(size - 2);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await stage.seal(value, AT);
  const seal = "seal(): JSON, key, position, cipher, base64";
  const micros = await measureTurns([
    ...ciphers.map(({ name, seal: act }) => ({ name, act: () => act(plain) })),
    { name: "JSON and base64 alone", act: () => Buffer.from(JSON.stringify(value)).toString("base64url") },
    { name: seal, act: () => stage.seal(value, AT) },
    { name: "open(): all of it, back", act: () => stage.open(sealed, AT) },
  ]);
  // What sealing is built on: the portable cipher for small values, the platform's own for large ones.
  const base =
    micros.get(size <= 1024 ? "XChaCha20-Poly1305, noble" : "chacha20-poly1305, node:crypto") ?? Number.NaN;
  console.log(`${size} bytes`);
  for (const [name, each] of micros) {
    console.log(`  ${each.toFixed(1).padStart(9)}  ${(each / base).toFixed(2).padStart(6)} ×  ${name}`);
  }
}
