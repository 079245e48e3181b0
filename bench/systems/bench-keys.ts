import { randomBytes } from "node:crypto";
import { newSealingKey } from "@holdfast/sealing";

/** Keys of one invocation: never written anywhere, worth nothing afterwards. */
export const BENCH_KEYS = {
  signingKey: `signkey-bench-${randomBytes(32).toString("hex")}`,
  eventKey: randomBytes(16).toString("hex"),
  sealingKey: newSealingKey().text(),
} as const;
