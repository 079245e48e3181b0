import assert from "node:assert/strict";
import { parseSigningKey } from "@holdfast/protocol";
import { bearerOf } from "./test-keys.ts";

/** A stretch of this many characters is too long to be chance, and longer than the ids by which keys are named in logs. */
const STRETCH_CHARS = 16;

/** No line holds one of the keys, its hash, or a stretch of either. Keys of other forms are looked for as they are. */
export function assertNoSecrets(lines: readonly string[], keys: readonly string[]): void {
  const text = lines.join("\n").toLowerCase();
  for (const key of keys) {
    for (const secret of secretsOf(key)) {
      for (let index = 0; index + STRETCH_CHARS <= secret.length; index++) {
        const stretch = secret.slice(index, index + STRETCH_CHARS).toLowerCase();
        const at = text.indexOf(stretch);
        // The message shows the surroundings, not the secret: it goes into a log as well.
        assert.equal(at, -1, `a secret shows after "${text.slice(Math.max(0, at - 80), at)}"`);
      }
    }
  }
}

function secretsOf(key: string): readonly string[] {
  if (!key.startsWith("signkey-")) return [key];
  return [parseSigningKey(key).reveal(), bearerOf(key).replace(/^Bearer signkey-\w+-/, "")];
}
