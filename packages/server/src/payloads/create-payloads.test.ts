import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Log } from "#kernel";
import { silentLog } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { PayloadMode, PlacedValue } from "./contract.ts";
import { createPayloads } from "./create-payloads.ts";

const CANARY = "canary-7f3a";
const sealedBy = (keyId: string) => ({ __SEALED__: `hf1.${keyId}.AQ.${"A".repeat(64)}` });
const output = (value: unknown): PlacedValue => ({ position: "step-output", value });

/** A door, and what it wrote to the log. */
function door(mode: PayloadMode) {
  const clock = manualClock(0);
  const lines: { readonly facts: Readonly<Record<string, unknown>>; readonly message: string }[] = [];
  const note = (facts: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ facts, message });
  };
  const log: Log = { ...silentLog, info: note, warn: note };
  const payloads = createPayloads({ mode, clearFields: [], formats: ["holdfast"] }, { clock, log });
  return { clock, lines, payloads };
}

describe("createPayloads()", () => {
  it("looks at nothing when anything is taken", () => {
    const { lines, payloads } = door("open");
    assert.equal(payloads.isOpen, true);
    assert.equal(payloads.admit([output(CANARY), output(sealedBy("00112233aabb"))], "shop"), null);
    assert.deepEqual(lines, []);
  });

  it("refuses the first plaintext when only envelopes are taken, and lets it pass when it warns", () => {
    const values: readonly PlacedValue[] = [
      output(sealedBy("00112233aabb")),
      { position: "event-data", value: { email: CANARY } },
      output(CANARY),
    ];
    assert.deepEqual(door("sealed").payloads.admit(values, "shop"), {
      position: "event-data",
      at: "data.email",
    });
    assert.equal(door("warn").payloads.admit(values, "shop"), null);
  });

  it("counts plaintext in the log once a minute for each position and app, without its content", async () => {
    const { clock, lines, payloads } = door("warn");
    const told = () => lines.map(({ facts }) => [facts["position"], facts["app"], facts["count"]]);
    for (let index = 0; index < 5; index++) payloads.admit([output(CANARY)], "shop");
    payloads.admit([output(CANARY)], "other");
    payloads.admit([{ position: "signal-data", value: CANARY }], null);
    const first = [
      ["step-output", "shop", 1],
      ["step-output", "other", 1],
      ["signal-data", null, 1],
    ];
    assert.deepEqual(told(), first);
    await clock.advance(59_999);
    payloads.admit([output(CANARY)], "shop");
    assert.deepEqual(told(), first);
    await clock.advance(1);
    payloads.admit([output(CANARY)], "shop");
    assert.deepEqual(told(), [...first, ["step-output", "shop", 6]]);
    assert.ok(!JSON.stringify(lines).includes(CANARY));
  });

  it("says once which key is new, and knows a bounded number of them", () => {
    const { lines, payloads } = door("sealed");
    const keyId = (index: number): string => index.toString(16).padStart(12, "0");
    for (let index = 0; index < 1500; index++) {
      payloads.admit([output(sealedBy(keyId(index)))], "shop");
      payloads.admit([output(sealedBy(keyId(index)))], "shop");
    }
    assert.equal(lines.length, 1000);
    assert.deepEqual(lines[0]?.facts, { keyId: keyId(0), format: "holdfast", app: "shop" });
  });
});
