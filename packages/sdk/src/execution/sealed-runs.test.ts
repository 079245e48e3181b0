import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientState } from "../client/contract.ts";
import type { FunctionContext } from "../functions/context.ts";
import { functionOf } from "../functions/records.ts";
import type { PayloadPosition } from "../payloads/contract.ts";
import { passThrough } from "../payloads/pass-through.ts";
import { sealEvent } from "../payloads/seal-event.ts";
import { sha1Hex } from "../platform/sha1.ts";
import { experiment } from "../steps/experiment.ts";
import type { Call, CallAnswer } from "./contract.ts";
import { execute } from "./execute.ts";
import { boundStage } from "./testing/bound-stage.ts";
import { callOf, CHECKPOINT, ORDER } from "./testing/call-of.ts";
import { apiOf, clientOf } from "./testing/client-of.ts";
import { manualWorld } from "./testing/manual-world.ts";
import { opsOf } from "./testing/ops-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { EACH_STEP, recordOf } from "./testing/record-of.ts";

const CANARY = "canary-4711";
const bill = functionOf("bill", [recordOf(() => undefined, { id: "bill", slug: "shop-bill" })]);
const survey = functionOf("survey", [
  recordOf(() => undefined, { id: "survey", slug: "shop-survey", kind: "deferred" }),
]);

/** Everything a handler can let out, with a canary in each value. */
const TELLTALES: Readonly<Record<string, Handler>> = {
  result: () => ({ [CANARY]: CANARY }),
  failure: () => {
    throw new Error(CANARY, { cause: new Error(CANARY) });
  },
  "step.run": ({ step }) =>
    step.run({ id: `${CANARY} id`, name: `${CANARY} name` }, (word: string) => word, CANARY),
  "a failing step": ({ step }) =>
    step.run("a", () => {
      throw Object.assign(new Error(CANARY, { cause: { deep: CANARY } }), { data: CANARY, name: CANARY });
    }),
  "a step that fails for good": ({ step }) =>
    step.run({ id: "a", retries: 0 }, (word: string) => Promise.reject(new Error(word)), CANARY),
  "step.ai.wrap": ({ step }) => step.ai.wrap("a", async (word: string) => ({ word }), CANARY),
  "step.ai.infer": ({ step }) =>
    step.ai.infer("a", {
      model: step.ai.models.openai({ model: CANARY, apiKey: CANARY, baseUrl: `https://${CANARY}.example` }),
      body: { messages: [{ role: "user", content: CANARY }] },
    }),
  "step.fetch": ({ step }) =>
    step.fetch(`https://${CANARY}.example/?q=${CANARY}`, {
      method: "POST",
      headers: { authorization: CANARY },
      body: CANARY,
    }),
  "step.invoke": ({ step }) => step.invoke("a", { function: bill, data: { word: CANARY } }),
  "step.sendEvent": ({ step }) => step.sendEvent("a", { name: "shop/told", data: { word: CANARY } }),
  "step.sendSignal": ({ step }) => step.sendSignal("a", { signal: "go", data: { word: CANARY } }),
  "step.realtime.publish": ({ step }) =>
    step.realtime.publish("a", { channel: "orders", topic: "news" }, { word: CANARY }),
  "group.experiment": ({ group, step }) =>
    group.experiment(`${CANARY} id`, {
      variants: { [CANARY]: () => step.run("b", () => CANARY) },
      select: experiment.fixed(CANARY),
    }),
  defer: ({ defer }) => {
    const { abort } = defer(
      { id: `${CANARY} id`, name: CANARY },
      { function: survey, data: { word: CANARY } },
    );
    abort();
    return CANARY;
  },
  "names of waits": async ({ step }) => {
    await Promise.all([
      step.sleep({ id: `${CANARY} id`, name: CANARY }, 1000),
      step.waitForEvent({ id: `${CANARY} w`, name: CANARY }, { event: "shop/paid", timeout: "1h" }),
      step.waitForSignal({ id: `${CANARY} s`, name: CANARY }, { signal: "go", timeout: "1h" }),
      step.run({ id: `${CANARY} r`, name: CANARY }, (word: string) => word, CANARY),
    ]);
  },
};

/** Executes one call, and gathers all that went to the server. */
async function outbound(
  handler: Handler,
  given: Parameters<typeof callOf>[0] = {},
  stage = boundStage(),
): Promise<string> {
  const sent: string[] = [];
  const { api, requests } = apiOf(() => ({ status: 200, body: { data: { run_id: "r" } } }));
  const world = manualWorld({
    async fetch(input, init) {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith("http://127.0.0.1:8288/")) return Response.json({ [CANARY]: CANARY });
      sent.push(await new Request(url, init).text());
      return Response.json({ ids: ["1"], status: 200 });
    },
  });
  const client: ClientState = clientOf({ api, world, stage });
  const event = await sealEvent(ORDER, stage, { environment: "", app: "shop" });
  const call: Call = callOf({
    checkpoint: CHECKPOINT,
    event: { ...ORDER, ...event } as typeof ORDER,
    ...given,
  });
  const record = recordOf(handler, { checkpointing: call.isPlanOnly ? null : EACH_STEP });
  const answer = await execute(call, { record, client });
  return JSON.stringify([answer, requests, sent]);
}

describe("in an app that seals", () => {
  for (const [name, handler] of Object.entries(TELLTALES)) {
    it(`nothing leaves in clear: ${name}`, async () => {
      const finished = await outbound(handler);
      assert.match(finished, /"status":(200|206|400|500)/);
      const planned = await outbound(handler, { isPlanOnly: true });
      const last = await outbound(handler, { attempt: 3, checkpoint: null });
      for (const text of [finished, planned, last]) {
        assert.equal(text.includes(CANARY), false, text);
        // What is no answer of a run but of a fault hides nothing, and proves nothing.
        assert.equal(text.includes("PayloadFailure"), false, text);
      }
      // The same app without a seal tells everything: the canary was there to be seen.
      assert.equal((await outbound(handler, {}, passThrough)).includes(CANARY), true);
    });
  }

  it("a request is made by the app itself, and its response comes back from what was stored", async () => {
    const handler: Handler = async ({ step }) => {
      const response = await step.fetch("https://api.example/orders?token=x", { method: "POST", body: "{}" });
      return [response.status, await response.json()];
    };
    const world = manualWorld({ fetch: async () => Response.json({ ok: true }, { status: 202 }) });
    const client = clientOf({ world, stage: boundStage() });
    const first = await execute(await sealedCall(), { record: recordOf(handler), client });
    const [op] = opsOf(first);
    assert.equal(op?.op, "StepRun");
    assert.equal(op.id, sha1Hex("fetch POST https://api.example/orders"));
    const call = await sealedCall({ memos: { [op.id]: { data: op.data } } });
    const second = await execute(call, { record: recordOf(handler), client });
    assert.deepEqual(unsealed(JSON.parse(second.body)), [202, { ok: true }]);
  });
});

describe("a sealed value", () => {
  it("is opened where it stands, and the run goes on", async () => {
    const end = await toTheEnd(async ({ step, event }) => {
      const a = await step.run("a", (id) => ({ id }), event.data["orderId"]);
      const error = await step
        .run({ id: "b", retries: 0 }, () => {
          throw new TypeError("sealed too");
        })
        .catch((fault: Error) => [fault.name, fault.message, fault.cause instanceof TypeError]);
      return { a, error };
    });
    assert.deepEqual(end, { a: { id: "o1" }, error: ["TypeError", "sealed too", true] });
  });

  it("of another place ends the run, whatever the handler does, and the request is answered", async () => {
    const stage = boundStage();
    const elsewhere = await stage.seal(true, {
      kind: "step-output",
      environment: "",
      app: "shop",
      functionId: "ship",
      runId: "01JGGC00000000000000000RUN",
      stepId: sha1Hex("isDenied"),
    });
    const handler: Handler = async ({ step }) => {
      const isAllowed = await step.run("isAllowed", () => false).catch(() => "hidden");
      return step.run("pay", () => isAllowed);
    };
    for (const memo of [elsewhere, true, { error: { name: "Error", message: "x", data: elsewhere } }]) {
      const isError = typeof memo === "object" && memo !== null && "error" in memo;
      const memos = { [sha1Hex("isAllowed")]: isError ? memo : { data: memo } };
      const answer = await execute(await sealedCall({ memos }), {
        record: recordOf(handler),
        client: clientOf({ stage }),
      });
      assert.equal(answer.status, 400, answer.body);
      assert.equal(answer.headers["x-inngest-no-retry"], "true");
      assert.equal(JSON.parse(answer.body).name, "PayloadFailure");
    }
  });

  it("is tried again when the stage says that it may be opened later", async () => {
    const stage = {
      ...boundStage(),
      open: (): never => {
        throw new Error("the provider of keys does not answer");
      },
    };
    const handler: Handler = ({ step }) => step.run("a", () => 1);
    const call = await sealedCall({ memos: { [sha1Hex("a")]: { data: 1 } } });
    const answer = await execute(call, { record: recordOf(handler), client: clientOf({ stage }) });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers["x-inngest-no-retry"], "false");
    assert.equal(answer.body.includes("provider"), false);
  });

  it("that cannot be written ends the attempt without telling what it was", async () => {
    const stage = {
      ...boundStage(),
      seal: (value: unknown): never => {
        throw new Error(`cannot seal ${String(value)}`);
      },
      sealError: (): never => {
        throw new Error("cannot seal either");
      },
    };
    for (const handler of [
      () => CANARY,
      ({ step }: FunctionContext) => step.run("a", () => CANARY),
      () => Promise.reject(new Error(CANARY)),
    ]) {
      const answer = await execute(await sealedCall(), {
        record: recordOf(handler),
        client: clientOf({ stage }),
      });
      assert.equal(answer.status, 500);
      assert.equal(answer.body.includes(CANARY) || answer.body.includes("cannot seal"), false);
    }
  });

  it("of an invoke travels to the child and back to the very step that asked", async () => {
    const parent: Handler = ({ step }) =>
      step.invoke("i", { function: bill, data: { amount: 5 } }).catch((error: Error) => error.message);
    const stage = boundStage();
    const client = clientOf({ stage });
    const asked = opsOf(await execute(await sealedCall(), { record: recordOf(parent), client }))[0];
    const payload = asked?.opts?.["payload"] as { data: object };
    const event = {
      ...ORDER,
      name: "inngest/function.invoked",
      data: { ...payload.data, _inngest: { correlation_id: `01JGGC00000000000000000RUN.${sha1Hex("i")}` } },
    };
    const child = async (handler: Handler): Promise<CallAnswer> =>
      execute(callOf({ event, runId: "01JGGC0000000000000000CH1D", maxAttempts: 1 }), {
        record: recordOf(handler, { id: "bill", slug: "shop-bill" }),
        client,
      });
    const returned = await child(({ event: { data } }) => ({ doubled: Number(data["amount"]) * 2 }));
    const failed = await child(() => Promise.reject(new Error("no such order")));
    const resume = async (memo: unknown, stepId = "i"): Promise<CallAnswer> =>
      execute(await sealedCall({ memos: { [sha1Hex(stepId)]: memo } }), { record: recordOf(parent), client });
    assert.deepEqual(unsealed(JSON.parse((await resume({ data: JSON.parse(returned.body) })).body)), {
      doubled: 10,
    });
    assert.deepEqual(
      unsealed(JSON.parse((await resume({ error: JSON.parse(failed.body) })).body)),
      "no such order",
    );
    // What the server says by itself is not sealed.
    const late = await resume({ error: { name: "InngestInvokeTimeoutError", message: "late" } });
    assert.deepEqual(unsealed(JSON.parse(late.body)), "late");
    const other = execute(
      await sealedCall({ memos: { [sha1Hex("i2")]: { data: JSON.parse(returned.body) } } }),
      {
        record: recordOf(({ step }) => step.invoke("i2", { function: bill })),
        client,
      },
    );
    assert.equal((await other).status, 400, "another step's answer is refused");
  });

  it("has the place that the contract gives it", async () => {
    const seen: PayloadPosition[] = [];
    const stage = boundStage(seen);
    const handler: Handler = async ({ step, group, defer }) => {
      defer("d", { function: survey, data: {} });
      await group.parallel(() =>
        Promise.all([step.run("a", (one, two) => [one, two], 1, 2), step.invoke("i", { function: bill })]),
      );
    };
    const call = await sealedCall();
    await execute(call, { record: recordOf(handler), client: clientOf({ stage, environment: "eu" }) });
    const run = { environment: "eu", app: "shop", functionId: "ship", runId: call.runId };
    const a = sha1Hex("a");
    assert.deepEqual(seen, [
      { kind: "deferred-input", environment: "eu", app: "shop", functionId: "survey" },
      { kind: "step-input", ...run, stepId: a, index: 0 },
      { kind: "step-input", ...run, stepId: a, index: 1 },
      { kind: "invoke-input", environment: "eu", app: "shop", functionId: "bill" },
    ]);
  });
});

async function sealedCall(given: Parameters<typeof callOf>[0] = {}): Promise<Call> {
  const event = await sealEvent(ORDER, boundStage(), { environment: "", app: "shop" });
  return callOf({ event: { ...ORDER, ...event } as typeof ORDER, ...given });
}

/** Runs a function call by call until it has a result. */
async function toTheEnd(handler: Handler): Promise<unknown> {
  const memos: Record<string, unknown> = {};
  for (let calls = 0; calls < 10; calls++) {
    const call = await sealedCall({ memos });
    const answer = await execute(call, {
      record: recordOf(handler),
      client: clientOf({ stage: boundStage() }),
    });
    if (answer.status === 200) return unsealed(JSON.parse(answer.body));
    for (const { id, op, data, error } of opsOf(answer)) memos[id] = op === "StepRun" ? { data } : { error };
  }
  return assert.fail("the run did not end");
}

/** What is in a value that `boundStage` sealed. */
function unsealed(value: unknown): unknown {
  const { sealed } = value as { sealed: string };
  return JSON.parse(Buffer.from(sealed, "base64").toString());
}
