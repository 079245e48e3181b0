import type { Middleware, PayloadStage } from "holdfast";
import { staticKeys } from "../keys/key-ring.ts";
import { SealingKey } from "../keys/sealing-key.ts";
import type { Sealing } from "../stage/sealing.ts";
import { sealing } from "../stage/sealing.ts";
import type { SealingOptions } from "../stage/sealing-options.ts";

/** A key that is the same in every run of the tests. */
export function testKey(fill = 7): SealingKey {
  return new SealingKey(new Uint8Array(32).fill(fill));
}

/** Sealing with the test's key, and with whatever else is asked for. */
export function testSealing(options: Partial<SealingOptions> = {}): Sealing {
  const keys = staticKeys({ active: testKey(), decryptOnly: [], revoked: [] });
  return sealing({ keys, ...options });
}

/** The stage that a middleware brings. */
export function stageOf(middleware: Middleware): PayloadStage {
  const stage = middleware.payloads?.({ app: "shop", environment: "production" });
  if (stage === undefined) throw new Error("The middleware brings no stage.");
  return stage;
}
