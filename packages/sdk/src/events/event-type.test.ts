import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { z } from "zod";
import { checkEventData, checkEventForm } from "./check-event.ts";
import type { EventPayload } from "./contract.ts";
import { eventType, isEventType } from "./event-type.ts";
import { staticSchema } from "./static-schema.ts";

const paid = eventType("order/paid", {
  schema: z.object({ orderId: z.string(), lines: z.array(z.object({ price: z.number() })) }),
  version: "2",
});
const good = { orderId: "o1", lines: [{ price: 1 }] };

describe("eventType()", () => {
  it("makes events of its name and version, and passes on what else is said", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(paid.create(good, { id: "e1", ts: 5 }))), {
      name: "order/paid",
      data: good,
      v: "2",
      id: "e1",
      ts: 5,
    });
    assert.equal(paid.create(good, { v: "3" }).v, "3");
    assert.equal("v" in eventType("a").create({}), false);
    assert.deepEqual(Object.keys(paid.create(good)), ["name", "data", "v"]);
  });

  it("refuses a name that no event can have", () => {
    for (const name of ["", "x".repeat(513), 5 as unknown as string]) {
      assert.throws(
        () => eventType(name),
        (error) => isHoldfastError(error, "event_name_invalid"),
      );
    }
  });

  it("has the compiler refuse a schema that changes what it checks", () => {
    // @ts-expect-error What is sent and what is received have one type.
    eventType("a", { schema: z.object({ n: z.string().transform(Number) }) });
    eventType("a", { schema: z.object({ n: z.string() }) });
  });

  it("has the compiler check data", () => {
    // @ts-expect-error There is no such member.
    paid.create({ order: 1 });
    const typed = eventType("b", { schema: staticSchema<{ n: number }>() });
    // @ts-expect-error It is a number.
    typed.create({ n: "1" });
    assert.equal(typed.create({ n: 1 }).name, "b");
  });
});

describe("isEventType()", () => {
  it("knows types of events from events and names", () => {
    assert.equal(isEventType(paid), true);
    for (const other of ["order/paid", null, undefined, { event: "a" }, paid.create(good)])
      assert.equal(isEventType(other), false);
  });
});

describe("checkEventData()", () => {
  it("lets pass what fits, and events without a type", async () => {
    await checkEventData(paid.create(good));
    await checkEventData({ name: "order/paid", data: { any: 1 } });
    await checkEventData(
      eventType("a", { schema: staticSchema<{ n: number }>() }).create({ n: "x" as never }),
    );
  });

  it("names the paths that do not fit, and never what stands there", async () => {
    const bad = { orderId: 7, lines: [{ price: "canary" }, { price: "canary" }] };
    await assert.rejects(checkEventData(paid.create(bad as never)), (error) => {
      assert.ok(isHoldfastError(error, "event_data_invalid"));
      assert.equal(
        error.message,
        'Cannot send the event "order/paid": its data does not fit its schema at orderId, lines.0.price, lines.1.price.',
      );
      return true;
    });
    await assert.rejects(checkEventData(paid.create("canary" as never)), /at its top\.$/);
  });

  it("says of many paths how many more there are, and cuts a key that may be data", async () => {
    const numbers = eventType("a", { schema: z.record(z.string(), z.number()) });
    const data = Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`${at}`.padEnd(60, "k"), "canary"]),
    );
    await assert.rejects(checkEventData(numbers.create(data as never)), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, / and 3 more places\.$/);
      assert.equal(/k{40}/.test(error.message), false);
      return true;
    });
  });

  it("still knows the type of a copy, and not of an event that was renamed", async () => {
    const bad = paid.create({ orderId: 7 } as never);
    await assert.rejects(checkEventData({ ...bad, id: "e2" }), /order\/paid/);
    await checkEventData({ ...bad, name: "other" });
  });

  it("waits for a schema that takes its time", async () => {
    const slow = eventType("a", { schema: z.object({}).refine(async () => false) });
    await assert.rejects(checkEventData(slow.create({})), /at its top/);
  });
});

describe("checkEventForm()", () => {
  it("lets pass what the server takes", () => {
    for (const event of [
      { name: "a" },
      { name: "a", data: {}, id: "", ts: Date.UTC(2026, 0, 1), v: "1", meta: { sessions: null } },
    ])
      checkEventForm(event);
  });

  it("refuses what the server would refuse, each with its code", () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [null, "event_invalid"],
      ["a", "event_invalid"],
      [{}, "event_name_invalid"],
      [{ name: "" }, "event_name_invalid"],
      [{ name: "x".repeat(513) }, "event_name_invalid"],
      [{ name: "Inngest/function.failed" }, "event_name_reserved"],
      [{ name: "a", data: [] }, "event_invalid"],
      [{ name: "a", data: null }, "event_invalid"],
      [{ name: "a", data: "x" }, "event_invalid"],
      [{ name: "a", id: 5 }, "event_invalid"],
      [{ name: "a", v: 5 }, "event_invalid"],
      [{ name: "a", meta: [] }, "event_invalid"],
      [{ name: "a", ts: 1.5 }, "event_time_invalid"],
      [{ name: "a", ts: 1_700_000_000 }, "event_time_invalid"],
      [{ name: "a", ts: "now" }, "event_time_invalid"],
    ];
    for (const [event, code] of cases) {
      assert.throws(
        () => checkEventForm(event as EventPayload),
        (error) => isHoldfastError(error) && error.code === code,
        JSON.stringify(event),
      );
    }
  });
});
