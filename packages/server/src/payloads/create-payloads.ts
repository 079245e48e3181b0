import type { Envelope } from "@holdfast/protocol";
import type { Clock, Log } from "#kernel";
import type { PayloadPosition, PayloadRules, Payloads } from "./contract.ts";
import { judge } from "./judge.ts";

/** Plaintext of one position and app is in the log once in so much time, with how much there was. */
const QUIET_MS = 60_000;

/** Keys that are known by heart. Whoever may send could name any number of them. */
const KEYS_MAX_COUNT = 1000;

/** An environment that takes anything. */
export const OPEN_PAYLOADS: PayloadRules = {
  mode: "open",
  clearFields: [],
  formats: ["holdfast", "inngest"],
};

/**
 * The door for payloads of one environment. Remembers what it logged; what it decides follows from the rules alone.
 */
export function createPayloads(
  rules: PayloadRules,
  deps: { readonly clock: Clock; readonly log: Log },
): Payloads {
  const plain = new Map<string, { loggedAt: number; since: number }>();
  const keys = new Set<string>();

  function notePlain(position: PayloadPosition, app: string | null): void {
    const now = deps.clock.monotonic();
    const id = `${position} ${app ?? ""}`;
    const known = plain.get(id);
    if (known !== undefined && now - known.loggedAt < QUIET_MS) {
      known.since += 1;
      return;
    }
    plain.set(id, { loggedAt: now, since: 0 });
    const facts = { position, app, count: (known?.since ?? 0) + 1 };
    deps.log.warn(facts, rules.mode === "sealed" ? "plaintext was refused" : "a payload was not sealed");
  }

  function noteKey({ format, keyId }: Envelope, app: string | null): void {
    if (keyId === null || keys.has(keyId) || keys.size >= KEYS_MAX_COUNT) return;
    keys.add(keyId);
    deps.log.info({ keyId, format, app }, "payloads are sealed with a key that was not seen since the start");
  }

  return {
    rules,
    isOpen: rules.mode === "open",
    admit(values, app) {
      if (rules.mode === "open") return null;
      const seen: Envelope[] = [];
      for (const placed of values) {
        const verdict = judge(rules, placed);
        if (verdict.kind === "sealed") {
          seen.push(...verdict.envelopes);
          continue;
        }
        notePlain(placed.position, app);
        if (rules.mode === "sealed") return { position: placed.position, at: verdict.at };
      }
      for (const envelope of seen) noteKey(envelope, app);
      return null;
    },
  };
}
