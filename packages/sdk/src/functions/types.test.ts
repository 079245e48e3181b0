import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { testClient } from "../client/testing/test-client.ts";
import { eventType } from "../events/event-type.ts";
import type { Logger } from "../logging/contract.ts";
import type { Middleware } from "../middleware/contract.ts";
import { provide } from "../middleware/provide.ts";
import type { StepTools } from "../steps/step-tools.ts";
import type { HoldfastFunction } from "./contract.ts";
import { createDefer } from "./create-defer.ts";
import { referenceFunction } from "./reference-function.ts";
import { cron, invoke } from "./triggers.ts";

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether each type takes the other, and neither takes everything. */
type Same<A, B> = true extends IsAny<A> | IsAny<B> ? false : [A, B] extends [B, A] ? true : false;

/** Compiles if the two types are the same. */
function same<A, B>(isSame: Same<A, B>): void {
  assert.equal(isSame, true);
}

type AnyData = Readonly<Record<string, unknown>>;

const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });
const sent = eventType("order/sent", { schema: z.object({ carrier: z.string() }) });
const client = testClient();

describe("the types of a handler", () => {
  it("have the event of one trigger", () => {
    client.createFunction({ id: "a", triggers: paid }, ({ event, events, step, logger }) => {
      same<typeof event.name, "order/paid">(true);
      same<typeof event.data, { orderId: string }>(true);
      same<(typeof events)[0], typeof event>(true);
      same<typeof step, StepTools>(true);
      same<typeof logger, Logger>(true);
    });
    client.createFunction({ id: "b", triggers: { event: "order/paid", if: "true" } }, ({ event }) => {
      same<typeof event.name, "order/paid">(true);
      same<typeof event.data, AnyData>(true);
    });
    client.createFunction({ id: "c", triggers: { event: "order/*" } }, ({ event }) => {
      same<typeof event.name, string>(true);
    });
    client.createFunction({ id: "d", triggers: cron("0 * * * *") }, ({ event }) => {
      same<typeof event.name, "inngest/scheduled.timer">(true);
      same<typeof event.data.cron, string>(true);
    });
    client.createFunction({ id: "e", triggers: invoke(z.object({ n: z.number() })) }, ({ event }) => {
      same<typeof event.data, { n: number }>(true);
    });
    client.createFunction({ id: "f" }, ({ event }) => {
      same<typeof event.data, AnyData>(true);
    });
    client.createFunction({ id: "g", triggers: [] }, ({ event }) => {
      same<typeof event.data, AnyData>(true);
    });
  });

  it("have the union of several triggers, told apart by name", () => {
    client.createFunction(
      { id: "a", triggers: [paid, { event: sent }, { event: "order/gone" }] },
      ({ event }) => {
        same<typeof event.name, "order/paid" | "order/sent" | "order/gone">(true);
        switch (event.name) {
          case "order/paid":
            return event.data.orderId;
          case "order/sent":
            return event.data.carrier;
          case "order/gone":
            return event.name;
        }
      },
    );
  });

  it("have what middleware of the client and of the function adds", () => {
    const mail: Middleware<{ mail: (text: string) => void }> = {
      id: "mail",
      transformFunctionInput: () => ({ mail: () => undefined }),
    };
    const fresh = () => ({ id: "fresh", transformFunctionInput: async () => ({ user: { name: "u" } }) });
    const own = testClient({ middleware: [provide({ db: { rows: 1 } }), mail, fresh, { id: "plain" }] });
    own.createFunction({ id: "a", triggers: paid, middleware: [provide({ extra: 1 })] }, (context) => {
      same<typeof context.db.rows, 1>(true);
      same<typeof context.user.name, string>(true);
      same<typeof context.extra, 1>(true);
      context.mail("x");
      same<typeof context.event.data.orderId, string>(true);
      // @ts-expect-error Nothing adds it.
      void context.nothing;
    });
    createDefer(own, { id: "b" }, ({ db, parents }) => {
      same<typeof db.rows, 1>(true);
      same<(typeof parents)[0]["runId"], string>(true);
    });
  });

  it("have in a failure what had started the run, and its error", () => {
    client.createFunction(
      {
        id: "a",
        triggers: [paid, sent],
        onFailure: ({ event, error, step }) => {
          same<typeof event.name, "inngest/function.failed">(true);
          same<typeof event.data.event.name, "order/paid" | "order/sent">(true);
          same<typeof error, Error>(true);
          same<typeof step, StepTools>(true);
        },
      },
      () => 1,
    );
  });

  it("have what a deferred function is deferred with", () => {
    const score = createDefer(client, { id: "a", schema: z.object({ n: z.number() }) }, ({ event }) => {
      same<typeof event.data, { n: number }>(true);
      return "done";
    });
    same<typeof score, HoldfastFunction<{ n: number }, string>>(true);
  });
});

describe("the types of a function", () => {
  it("are what it is invoked with and what it gives", () => {
    const one = client.createFunction({ id: "a", triggers: paid }, async () => 1);
    same<typeof one, HoldfastFunction<{ orderId: string }, number>>(true);
    const two = client.createFunction({ id: "b", triggers: [paid, sent] }, () => "x");
    same<typeof two, HoldfastFunction<{ orderId: string } | { carrier: string }, string>>(true);
    const own = client.createFunction(
      { id: "c", triggers: [paid, invoke(z.object({ n: z.number() }))] },
      () => null,
    );
    same<typeof own, HoldfastFunction<{ n: number }, null>>(true);
    const any = client.createFunction({ id: "d", triggers: { event: "order/paid" } }, () => undefined);
    same<typeof any, HoldfastFunction<unknown, undefined>>(true);
    const scheduled = client.createFunction({ id: "e", triggers: cron("0 * * * *") }, () => 1);
    same<typeof scheduled, HoldfastFunction<unknown, number>>(true);
    const none = client.createFunction({ id: "f" }, () => 1);
    same<typeof none, HoldfastFunction<unknown, number>>(true);
    const reference = referenceFunction<typeof one>({ functionId: "a" });
    client.createFunction({ id: "g" }, async ({ step }) => {
      const result = await step.invoke("call", { function: reference, data: { orderId: "o1" } });
      same<typeof result, number>(true);
      // @ts-expect-error It takes an order.
      await step.invoke("call", { function: one, data: { order: 1 } });
      await step.invoke("call", { function: any });
      const waited = await step.waitForEvent("wait", { event: paid, timeout: "1h" });
      same<NonNullable<typeof waited>["data"], { orderId: string }>(true);
    });
  });

  it("refuse options that are none", () => {
    // @ts-expect-error There is no such option.
    assert.throws(() => client.createFunction({ id: "x", retires: 1 }, () => 1));
    // @ts-expect-error It is one of two words.
    assert.throws(() => client.createFunction({ id: "x", singleton: { mode: "wait" } }, () => 1));
    // @ts-expect-error A trigger is no text.
    assert.throws(() => client.createFunction({ id: "x", triggers: "order/paid" }, () => 1));
  });
});
