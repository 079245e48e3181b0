import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { InvokeOutcome, InvokeRequest } from "./contract.ts";
import type { House } from "./testing/house.ts";
import { openHouse } from "./testing/house.ts";

const NEVER = { triggers: [{ event: "never/sent" }] };
const invoke = (house: House, request: Partial<InvokeRequest> = {}): Promise<InvokeOutcome> =>
  house.ingest.invoke({ definition: house.definition("pay"), data: { n: 1 }, ...request });

describe("Ingest.invoke()", () => {
  it("starts the function whatever its triggers say, by an event that names it", async () => {
    const house = await openHouse({ pay: NEVER });
    const outcome = await invoke(house, { data: { n: 1, _inngest: { forged: true } }, user: { id: 7 } });
    assert.ok(outcome.kind === "started");
    const event = await house.ingest.get(outcome.eventId);
    assert.deepEqual(JSON.parse(event?.body ?? "null"), {
      data: { n: 1, _inngest: { fn_id: "shop-pay" } },
      id: outcome.eventId,
      name: "inngest/function.invoked",
      ts: house.clock.now(),
      user: { id: 7 },
    });
    assert.deepEqual(
      (await house.runsOf("pay")).map(({ id }) => id),
      [outcome.runId],
    );
    assert.deepEqual(
      house.offered.map(({ item }) => item.runId),
      [outcome.runId],
    );
  });

  it("starts it once a day for a key, and says which run that was", async () => {
    const house = await openHouse({ pay: NEVER });
    const first = await invoke(house, { idempotencyKey: "k" });
    assert.ok(first.kind === "started");
    assert.deepEqual(await invoke(house, { idempotencyKey: "k" }), { kind: "duplicate", runId: first.runId });
    assert.equal((await invoke(house, { idempotencyKey: "l" })).kind, "started");
    assert.equal((await invoke(house)).kind, "started");
    await house.clock.advance(LIMITS.idempotencyMs + 1);
    assert.equal((await invoke(house, { idempotencyKey: "k" })).kind, "started");
  });

  it("says when the function is paused, and keeps the run as skipped", async () => {
    const house = await openHouse({ pay: NEVER });
    await house.queue.pause(house.definition("pay").id);
    const outcome = await invoke(house);
    assert.ok(outcome.kind === "skipped");
    assert.equal((await house.store.runs.get(outcome.runId))?.status, "Skipped");
    assert.deepEqual(house.offered, []);
  });

  it("says when a rate limit refuses it", async () => {
    const house = await openHouse({ pay: { ...NEVER, rateLimit: { limit: 1, period: "1m" } } });
    assert.equal((await invoke(house)).kind, "started");
    assert.deepEqual(await invoke(house), { kind: "rate_limited" });
    assert.equal((await house.runsOf("pay")).length, 1);
  });

  it("says when the event joins others first, even if it starts another function at once", async () => {
    const house = await openHouse({
      pay: { ...NEVER, debounce: { period: "10s" } },
      audit: { triggers: [{ event: "inngest/function.invoked" }] },
    });
    assert.equal((await invoke(house)).kind, "gathered");
    assert.equal((await house.runsOf("audit")).length, 1);
  });

  it("refuses what cannot be kept or is too large, and stores nothing", async () => {
    const house = await openHouse({ pay: NEVER });
    const faulty: readonly [Partial<InvokeRequest>, string][] = [
      [{ data: { n: Infinity } }, "event_invalid"],
      [{ user: { n: Infinity } }, "event_invalid"],
      [{ data: { big: "x".repeat(LIMITS.eventBytes) } }, "event_too_large"],
      [{ user: { big: "x".repeat(LIMITS.eventBytes) } }, "event_too_large"],
    ];
    for (const [request, code] of faulty) {
      const outcome = await invoke(house, request);
      assert.ok(outcome.kind === "refused");
      assert.equal(outcome.code, code);
    }
    assert.deepEqual(await house.ingest.list({ limit: 10, withInternal: true }), []);
  });
});
