import assert from "node:assert/strict";
import { it } from "node:test";
import { Header, parseSigningKey, sign, verify } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import type { CallResult, OutgoingCall } from "./in-process.ts";
import { createInProcessServer } from "./in-process.ts";

const KEY = "signkey-test-00112233445566778899aabbccddeeff";
const EVENT_KEY = "an-event-key";
const URL_OF_APP = "http://app.test/api/holdfast";
const START = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;
const STEP = "a".repeat(40);

interface Call {
  readonly slug: string;
  readonly stepId: string;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  readonly event: { readonly name: string; readonly data: Readonly<Record<string, unknown>> };
}

type Answer = { readonly status: number; readonly body: unknown; readonly noRetry?: boolean };

/** An app that verifies and signs by hand, with functions given by their answers. */
function handApp(
  functions: Readonly<
    Record<
      string,
      {
        readonly members: Readonly<Record<string, unknown>>;
        readonly answer: (call: Call) => Answer | Promise<Answer>;
      }
    >
  >,
  now: () => number,
) {
  const key = parseSigningKey(KEY);
  const refused: string[] = [];
  const signed = (status: number, value: unknown, headers: Record<string, string>): CallResult => {
    const body = JSON.stringify(value);
    return {
      status,
      body,
      headers: {
        ...headers,
        [Header.sdk]: "js:v0.1.0",
        [Header.requestVersion]: "2",
        [Header.signature]: sign(body, key, now(), nodeDigest),
      },
    };
  };
  return {
    refused,
    async answer({ body, headers, method, url }: OutgoingCall): Promise<CallResult> {
      const verdict = verify(headers[Header.signature], body ?? "", [key], now(), nodeDigest);
      if (!verdict.ok) {
        refused.push(verdict.reason);
        return { status: 401, headers: {}, body: "" };
      }
      const query = new URL(url).searchParams;
      if (method === "PUT") {
        return signed(
          200,
          {
            app_id: "shop",
            url: URL_OF_APP,
            sdk: "js:v0.1.0",
            functions: Object.entries(functions).map(([id, { members }]) => ({
              id: `shop-${id}`,
              name: id,
              steps: {
                step: {
                  id: "step",
                  name: "step",
                  runtime: { type: "http", url: `${URL_OF_APP}?fnId=shop-${id}&stepId=step` },
                },
              },
              ...members,
            })),
          },
          { [Header.syncKind]: "in_band" },
        );
      }
      const slug = query.get("fnId") ?? "";
      const call = JSON.parse(body ?? "") as Call & { ctx: { attempt: number } };
      const answer = await functions[slug.slice("shop-".length)]!.answer({
        ...call,
        slug,
        stepId: query.get("stepId") ?? "",
        attempt: call.ctx.attempt,
      });
      return signed(answer.status, answer.body, answer.noRetry === true ? { [Header.noRetry]: "true" } : {});
    },
  };
}

async function serverWith(
  functions: Parameters<typeof handApp>[0],
  options: { readonly patienceMs?: number; readonly hangingMs?: number } = {},
) {
  let answer: ReturnType<typeof handApp> | null = null;
  const server = await createInProcessServer({
    call: (call) => answer!.answer(call),
    start: START,
    seed: "seed",
    signingKeys: [KEY],
    eventKeys: [EVENT_KEY],
    ...options,
  });
  answer = handApp(functions, () => server.now());
  const synced = await server.sync(URL_OF_APP);
  assert.ok(synced.ok, JSON.stringify(synced));
  const send = async (event: object): Promise<string> => {
    const { body, status } = await server.request({
      method: "POST",
      url: `/e/${EVENT_KEY}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(event),
    });
    assert.equal(status, 200, body);
    return (JSON.parse(body) as { ids: string[] }).ids[0]!;
  };
  return { server, send, app: answer, [Symbol.asyncDispose]: () => server.close() };
}

const done = (value: unknown): Answer => ({ status: 200, body: value });
const ops = (...list: readonly object[]): Answer => ({ status: 206, body: list });
const onEvent = (name: string) => ({ triggers: [{ event: name }] });

it("an event starts a run by calls that the app verifies, and its end can be read", async () => {
  await using world = await serverWith({
    greet: {
      members: onEvent("hi"),
      answer: ({ event, steps }) =>
        steps[STEP] === undefined
          ? ops({ op: "StepRun", id: STEP, displayName: "one", data: { n: 1 } })
          : done(event.data["who"]),
    },
  });
  const eventId = await world.send({ name: "hi", data: { who: "Ada" } });
  await world.server.settle();
  const [runId] = await world.server.runsOf(eventId, "shop-greet");
  const report = await world.server.report(runId!);
  assert.equal(report?.status, "Completed");
  assert.equal(report.output, "Ada");
  assert.equal(report.queuedAt, START);
  assert.equal(report.endedAt, START, "nothing that is not asked to takes time");
  assert.deepEqual(
    report.steps.map(({ attempts, name, output, status }) => [name, status, attempts, output]),
    [["one", "COMPLETED", 1, { n: 1 }]],
  );
  assert.deepEqual(report.memos, [{ id: STEP, memo: { data: { n: 1 } } }]);
  assert.ok(world.server.hasEnded(runId!));
  assert.deepEqual(world.app.refused, []);
});

it("a sleep of ten months is over as soon as nothing else is left to do", async () => {
  await using world = await serverWith({
    nap: {
      members: onEvent("hi"),
      answer: ({ steps }) =>
        STEP in steps ? done("woken") : ops({ op: "Sleep", id: STEP, displayName: "nap", name: "300d" }),
    },
  });
  const [runId] = await world.server.runsOf(await world.send({ name: "hi" }));
  const progress = await world.server.goOnUntil(() => world.server.hasEnded(runId!), START + 400 * DAY_MS);
  assert.equal(progress, "held");
  assert.equal(world.server.now(), START + 300 * DAY_MS);
  assert.equal((await world.server.report(runId!))?.output, "woken");
});

it("time stands still until it is told to go on, and no longer than it is told to", async () => {
  await using world = await serverWith({
    nap: {
      members: onEvent("hi"),
      answer: ({ steps }) =>
        STEP in steps ? done("woken") : ops({ op: "Sleep", id: STEP, displayName: "nap", name: "1h" }),
    },
  });
  const [runId] = await world.server.runsOf(await world.send({ name: "hi" }));
  await world.server.settle();
  assert.equal(world.server.now(), START);
  await world.server.advanceTo(START + 3_599_999);
  assert.ok(!world.server.hasEnded(runId!));
  await world.server.advanceTo(START + 3_600_000);
  assert.ok(world.server.hasEnded(runId!));
});

it("a failed attempt is made again after the back-off of production, until none is left", async () => {
  const calls: number[] = [];
  await using world = await serverWith({
    fail: {
      members: { ...onEvent("hi"), retries: 2 },
      answer: () => {
        calls.push(world.server.now() - START);
        return { status: 500, body: { name: "Error", message: "no" } };
      },
    },
  });
  const [runId] = await world.server.runsOf(await world.send({ name: "hi" }));
  await world.server.goOnUntil(() => world.server.hasEnded(runId!), START + DAY_MS);
  assert.equal(calls.length, 3);
  assert.ok(calls[1]! >= 10_000 && calls[2]! > calls[1]!, calls.join());
  const report = await world.server.report(runId!);
  assert.equal(report?.status, "Failed");
  assert.equal(report.attempts, 3);
});

it("a cron function starts at its times, also when it is registered later", async () => {
  const ticks: number[] = [];
  const functions: Record<string, Parameters<typeof handApp>[0][string]> = {};
  await using world = await serverWith(functions);
  functions["daily"] = {
    members: { triggers: [{ cron: "0 6 * * *" }] },
    answer: () => {
      ticks.push(world.server.now());
      return done(null);
    },
  };
  assert.ok((await world.server.sync(URL_OF_APP)).ok);
  await world.server.advanceTo(START + 3 * DAY_MS);
  assert.deepEqual(
    ticks,
    [0, 1, 2].map((day) => START + day * DAY_MS + 21_600_000),
  );
});

it("the same seed makes the same ids, another seed others; ids of one instant are in order", async () => {
  const idsOf = async (seed: string): Promise<readonly string[]> => {
    const server = await createInProcessServer({
      call: () => Promise.reject(new Error("nobody")),
      start: START,
      seed,
      signingKeys: [KEY],
      eventKeys: [EVENT_KEY],
    });
    const { body } = await server.request({
      method: "POST",
      url: `/e/${EVENT_KEY}`,
      headers: {},
      body: JSON.stringify(Array.from({ length: 20 }, () => ({ name: "x" }))),
    });
    await server.close();
    return (JSON.parse(body) as { ids: string[] }).ids;
  };
  const first = await idsOf("one");
  assert.deepEqual(first, await idsOf("one"));
  assert.notDeepEqual(first, await idsOf("two"));
  assert.deepEqual(first, first.toSorted());
});

it("a caller without the server's key is refused, as in production", async () => {
  await using world = await serverWith({});
  const answers = await Promise.all([
    world.server.request({ method: "POST", url: "/e/wrong", headers: {}, body: "{}" }),
    world.server.request({ method: "POST", url: "/v1/signals", headers: {}, body: '{"signal":"s"}' }),
    world.server.request({ method: "GET", url: "/dev", headers: {}, body: null }),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 404],
  );
});

it("code that hangs is ended by a timer of its own, and given up when it has none", async () => {
  const { promise: never } = Promise.withResolvers<Answer>();
  let hasTimer = true;
  await using world = await serverWith(
    {
      hang: {
        members: { ...onEvent("hi"), retries: 0 },
        answer: () =>
          hasTimer
            ? new Promise<Answer>((resolve) => world.server.after(30_000, () => resolve(done("timed out"))))
            : never,
      },
    },
    { patienceMs: 20, hangingMs: 50 },
  );
  const [first] = await world.server.runsOf(await world.send({ name: "hi" }));
  const ends = await world.server.goOnUntil(() => world.server.hasEnded(first!), START + DAY_MS);
  assert.equal(ends, "held");
  assert.equal((await world.server.report(first!))?.output, "timed out");
  assert.equal(world.server.now(), START + 30_000);
  hasTimer = false;
  const [second] = await world.server.runsOf(await world.send({ name: "hi" }));
  const hangs = await world.server.goOnUntil(() => world.server.hasEnded(second!), START + DAY_MS);
  assert.equal(hangs, "hanging");
});

it("time does not go on while the app's code is at work", async () => {
  let isSlow = false;
  await using world = await serverWith({
    slow: {
      members: { ...onEvent("hi"), timeouts: { finish: "1h" } },
      async answer() {
        isSlow = true;
        await new Promise((resolve) => setTimeout(resolve, 60));
        return done(world.server.now());
      },
    },
  });
  const [runId] = await world.server.runsOf(await world.send({ name: "hi" }));
  await world.server.goOnUntil(() => world.server.hasEnded(runId!), START + DAY_MS);
  assert.ok(isSlow);
  assert.equal((await world.server.report(runId!))?.output, START);
});
