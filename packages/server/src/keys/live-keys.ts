import type { Keys } from "./contract.ts";

/** Keys that change while others hold them: each use asks what they are now. */
export function liveKeys(current: () => Keys): Keys {
  return {
    get signed() {
      return current().signed;
    },
    get v2() {
      return current().v2;
    },
    get other() {
      return current().other;
    },
    get signerId() {
      return current().signerId;
    },
    observe: (evidence) => current().observe(evidence),
    tokenSecrets: () => current().tokenSecrets(),
    sign: (body, nowMs) => current().sign(body, nowMs),
    verifyAnswer: (header, body, nowMs) => current().verifyAnswer(header, body, nowMs),
    checkBearer: (authorization) => current().checkBearer(authorization),
    checkEventKey: (use) => current().checkEventKey(use),
  };
}
