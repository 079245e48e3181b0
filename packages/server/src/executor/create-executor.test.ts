import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import type { EgressOutcome, EgressRequest } from "#egress";
import { compileExpression } from "#expressions";
import { createIds, nodeDigest, silentLog, systemRandom } from "#kernel";
import { createKeys } from "#keys";
import { createPayloads, OPEN_PAYLOADS } from "#payloads";
import type { Worker } from "#queue";
import type { House } from "../ingest/testing/house.ts";
import { openHouse } from "../ingest/testing/house.ts";
import type { CancelManyRequest, Executor } from "./contract.ts";
import { createExecutor } from "./create-executor.ts";

const SDK = { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" };
const answered = (status: number, body: unknown): EgressOutcome => ({
  kind: "answered",
  status,
  headers: SDK,
  body: JSON.stringify(body),
});

interface Harness extends House {
  readonly executor: Executor;
  readonly requests: EgressRequest[];
  /** Sends an event; the id of the run of `pay` it started. */
  send(): Promise<RunId>;
  /** Leases what is due and works on it. Settles when all of it is done. */
  work(limit?: number): Promise<void>;
}

/** The executor on the real rooms, with an app that answers by `app`. */
async function harness(
  functions: Readonly<Record<string, object>>,
  app: (request: EgressRequest, call: number) => EgressOutcome | Promise<EgressOutcome>,
): Promise<Harness> {
  const house = await openHouse(functions, { hasRoom: false });
  const { clock, queue, store } = house;
  const requests: EgressRequest[] = [];
  let worker: Worker = () => Promise.reject(new Error("the executor was not started"));
  const executor = createExecutor({
    runs: store.runs,
    events: store.events,
    cancellations: store.cancellations,
    emitter: house.ingest.emitter,
    registry: house.registry,
    queue: { ...queue, start: (given) => void (worker = given) },
    payloads: createPayloads(OPEN_PAYLOADS, { clock, log: silentLog }),
    realtime: house.realtime,
    egress: {
      send: async (request) => app(request, requests.push(request)),
      close: () => Promise.resolve(),
    },
    requireV2: false,
    keys: createKeys({ signingKeys: [], eventKeys: [], digest: nodeDigest }),
    clock,
    random: systemRandom,
    ids: createIds(clock, systemRandom),
    digest: nodeDigest,
    log: silentLog,
    retry: { intervalMs: null },
    serverKind: "dev",
  });
  executor.start();
  return {
    ...house,
    executor,
    requests,
    async send() {
      await house.ingest.accept({ name: "order/placed", data: { n: 1 } }, undefined);
      const run = (await house.runsOf("pay")).at(-1);
      assert.ok(run);
      return run.id;
    },
    async work(limit = 100) {
      const { items } = await store.queue.lease({ session: queue.session, limit, now: clock.now() });
      const offered = house.offered.splice(0);
      await Promise.all([
        ...items.map((item) => worker({ ...item, snapshot: null })),
        ...offered.map(worker),
      ]);
    },
  };
}

/** An answer that comes when it is told to. */
function heldAnswer(answer: EgressOutcome): { readonly app: () => Promise<EgressOutcome>; come(): void } {
  const { promise, resolve } = Promise.withResolvers<EgressOutcome>();
  return { app: () => promise, come: () => resolve(answer) };
}

describe("Executor: time-outs", () => {
  it("counts the time to start until the first call begins, however long that call takes", async () => {
    const { app, come } = heldAnswer(answered(200, 1));
    const { clock, executor, send, work } = await harness({ pay: { timeouts: { start: "10s" } } }, app);
    const id = await send();
    const call = work();
    await clock.advance(30_000);
    await work();
    come();
    await call;
    assert.equal((await executor.view(id))?.run.status, "Completed");
  });

  it("counts the time to finish from where the first call begins, and drops what it answers too late", async () => {
    const { app, come } = heldAnswer(answered(200, 1));
    const { clock, executor, send, work } = await harness({ pay: { timeouts: { finish: "10s" } } }, app);
    const id = await send();
    const call = work();
    await clock.advance(10_000);
    await work();
    come();
    await call;
    const view = await executor.view(id);
    assert.equal(view?.run.status, "Cancelled");
    assert.match(view?.end?.data ?? "", /"reason":"finish timeout"/);
  });

  it("makes no call for a run whose time to start passed while nobody was there", async () => {
    const { clock, executor, requests, send, work } = await harness(
      { pay: { timeouts: { start: "10s" } } },
      () => answered(200, 1),
    );
    const id = await send();
    await clock.advance(10_000);
    // The call has been due for longer than the time-out: it is handed out alone, and must not be made.
    await work(1);
    assert.deepEqual(requests, []);
    assert.match((await executor.view(id))?.end?.data ?? "", /"reason":"start timeout"/);
  });
});

describe("Executor: waits, requests and signals", () => {
  it("gives a waiting step the event that came, and calls again", async () => {
    const wait = { op: "WaitForEvent", id: "w", name: "order/paid", opts: { timeout: "1h" } };
    const { executor, ingest, requests, send, work } = await harness({ pay: {} }, (_, call) =>
      call === 1 ? answered(206, [wait]) : answered(200, 1),
    );
    const id = await send();
    await work();
    await ingest.accept({ name: "order/paid", data: { ok: true } }, undefined);
    await work();
    await work();
    assert.equal((await executor.view(id))?.run.status, "Completed");
    assert.match(requests[1]?.body ?? "", /"w":\{"data":\{"ok":true\},.*"name":"order\/paid"/);
  });

  it("gives a parent the result of the child that it invoked", async () => {
    const invoke = {
      op: "InvokeFunction",
      id: "i",
      opts: { function_id: "shop-child", payload: { data: {} } },
    };
    const { executor, send, work, requests } = await harness(
      { pay: {}, child: { triggers: [{ event: "never/sent" }] } },
      ({ body, url }) => {
        if (url.includes("shop-child")) return answered(200, { n: 7 });
        return body?.includes('"i":') === true ? answered(200, 1) : answered(206, [invoke]);
      },
    );
    const id = await send();
    for (let turn = 0; turn < 5; turn += 1) await work();
    assert.equal((await executor.view(id))?.run.status, "Completed");
    assert.match(requests.at(-1)?.body ?? "", /"i":\{"data":\{"n":7\}\}/);
  });

  it("tells a parent at once when a rate limit refuses its child", async () => {
    const invoke = { op: "InvokeFunction", id: "i", opts: { function_id: "shop-child" } };
    const child = { triggers: [{ event: "never/sent" }], rateLimit: { limit: 1, period: "1h" } };
    const { ingest, definition, requests, send, work } = await harness({ pay: {}, child }, ({ body, url }) =>
      url.includes("shop-child") || body?.includes('"i":') === true
        ? answered(200, 1)
        : answered(206, [invoke]),
    );
    await ingest.invoke({ definition: definition("child"), data: {} });
    await send();
    for (let turn = 0; turn < 5; turn += 1) await work();
    assert.match(requests.at(-1)?.body ?? "", /"i":\{"error":\{.*invoked function is rate limited/);
  });

  it("makes the request a step asks for, and gives it what came back", async () => {
    const fetching = { op: "Gateway", id: "g", opts: { url: "https://api.example.com/x", method: "GET" } };
    const { requests, send, work } = await harness({ pay: {} }, ({ url }, call) => {
      if (url.startsWith("https://api.example.com")) return answered(404, "gone");
      return call === 1 ? answered(206, [fetching]) : answered(200, 1);
    });
    await send();
    for (let turn = 0; turn < 3; turn += 1) await work();
    assert.equal(requests[1]?.method, "GET");
    assert.match(requests[2]?.body ?? "", /"g":\{"data":\{.*"status_code":404/);
  });

  it("brings a signal to the run that waits for it, and to nobody else", async () => {
    const wait = { op: "WaitForSignal", id: "s", opts: { signal: "go", timeout: "1h", conflict: "fail" } };
    const { executor, requests, send, work } = await harness({ pay: {} }, (_, call) =>
      call === 1 ? answered(206, [wait]) : answered(200, 1),
    );
    const id = await send();
    await work();
    assert.equal(await executor.signal("stop", "1"), null);
    assert.equal(await executor.signal("go", '{"n":1}'), id);
    assert.equal(await executor.signal("go", "2"), null);
    await work();
    await work();
    assert.match(requests[1]?.body ?? "", /"s":\{"data":\{"data":\{"n":1\},"signal":"go"\}\}/);
  });
});

describe("Executor: cancellation", () => {
  it("cancels a run by an event that its rule names, and says which", async () => {
    const pay = { cancel: [{ event: "order/gone", if: "event.data.n == async.data.n" }] };
    const sleep = { op: "Sleep", id: "z", name: "1h" };
    const { clock, executor, ingest, send, work } = await harness({ pay }, () => answered(206, [sleep]));
    const id = await send();
    await work();
    await clock.advance(1);
    await ingest.accept({ name: "order/gone", data: { n: 2 } }, undefined);
    await work();
    assert.equal((await executor.view(id))?.run.status, "Running");
    const outcome = await ingest.accept({ name: "order/gone", data: { n: 1 } }, undefined);
    await work();
    const view = await executor.view(id);
    assert.equal(view?.run.status, "Cancelled");
    assert.match(view?.end?.data ?? "", new RegExp(`"reason":"event ${outcome.ids[0]}"`));
  });

  it("ends a run that stands still, or wakes it", async () => {
    const { executor, send } = await harness({ pay: {} }, () => answered(200, 1));
    const id = await send();
    assert.equal(await executor.rescue(id, "resume"), "done");
    assert.equal(await executor.rescue(id, "fail"), "done");
    assert.equal(await executor.rescue(id, "fail"), "ended");
    assert.equal(await executor.rescue("01J00000000000000000000009" as RunId, "fail"), "unknown");
  });

  it("cancels the runs of a function that were queued in a stretch of time and fit a filter, and no others", async () => {
    const sleep = { op: "Sleep", id: "z", name: "1h" };
    const { cancellation, clock, executor, ingest, runsOf, work } = await withRule(() =>
      answered(206, [sleep]),
    );
    const statuses = async (): Promise<string[]> => (await runsOf("pay")).map(({ status }) => status);
    for (const n of [1, 2, 1]) {
      await ingest.accept({ name: "order/placed", data: { n } }, undefined);
      await work();
      await clock.advance(1000);
    }
    const rule = await executor.cancelMany(cancellation(clock.now() - 1000));
    assert.deepEqual(await statuses(), ["Cancelled", "Running", "Running"]);
    const [first] = await runsOf("pay");
    assert.match((await executor.view(first?.id ?? ("" as RunId)))?.end?.data ?? "", new RegExp(rule.id));
    assert.deepEqual(await executor.cancellations(), [rule]);
    assert.deepEqual(
      [await executor.removeCancellation(rule.id), await executor.removeCancellation(rule.id)],
      [true, false],
    );
  });
});

/** A house with a rule for the runs of `pay` whose event has `n` 1, queued before an instant. */
async function withRule(
  app: () => EgressOutcome,
): Promise<Harness & { cancellation(startedBefore: number): CancelManyRequest }> {
  const house = await harness({ pay: {} }, app);
  const filter = compileExpression("event.data.n == 1", "filter");
  return {
    ...house,
    cancellation: (startedBefore) => ({
      definition: house.definition("pay"),
      startedAfter: null,
      startedBefore,
      filter,
    }),
  };
}
