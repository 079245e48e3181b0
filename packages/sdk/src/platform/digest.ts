import type * as NodeCrypto from "node:crypto";
import type { Digest } from "@holdfast/protocol";
import { builtinModule } from "./builtin-module.ts";
import { portableDigest } from "./portable-digest.ts";

/** The protocol's primitives on Node's cryptography where that exists, else in plain JavaScript. */
export function platformDigest(): Digest {
  // `node:crypto` has this type wherever it exists.
  const crypto = builtinModule("node:crypto") as typeof NodeCrypto | null;
  return crypto === null ? portableDigest : nativeDigest(crypto);
}

function nativeDigest({ createHash, createHmac, timingSafeEqual }: typeof NodeCrypto): Digest {
  return {
    sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
    hmacSha256Hex(key, ...parts) {
      const mac = createHmac("sha256", key);
      for (const part of parts) mac.update(part);
      return mac.digest("hex");
    },
    equal(left, right) {
      const [a, b] = [
        createHash("sha256").update(left).digest(),
        createHash("sha256").update(right).digest(),
      ];
      return timingSafeEqual(a, b);
    },
  };
}
