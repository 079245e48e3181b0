import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AppId, EnvironmentName, FunctionId } from "@holdfast/protocol";
import fc from "fast-check";
import type { Log } from "#kernel";
import { nodeDigest as digest, silentLog } from "#kernel";
import type { AppRecord, FunctionRecord } from "#store";
import { createRegistry } from "./catalogue.ts";
import type { RegisterOutcome } from "./contract.ts";
import type { Body } from "./testing/registrations.ts";
import { APP_URL, ENVIRONMENT, fn, NOW, openRegistry, registration } from "./testing/registrations.ts";

const APP: AppRecord = {
  id: "00000000-0000-8000-8000-000000000001" as AppId,
  environment: ENVIRONMENT,
  name: "shop",
  url: APP_URL,
  checksum: "0",
  sdk: null,
  framework: null,
  appVersion: null,
  signatures: null,
  syncedAt: NOW,
  error: null,
};

function record(config: string): FunctionRecord {
  return {
    id: "00000000-0000-8000-8000-000000000002" as FunctionId,
    appId: APP.id,
    environment: ENVIRONMENT,
    slug: "shop-pay",
    name: "pay",
    version: 1,
    config,
    limits: {},
    archivedAt: null,
  };
}

function refusal(outcome: RegisterOutcome): RegisterOutcome & { ok: false } {
  assert.ok(!outcome.ok, "the registration was taken");
  return outcome;
}

describe("Registry.register()", () => {
  it("takes an app, and finds its functions by event, id and slug, after a restart too", async () => {
    const { registry, again } = await openRegistry();
    const outcome = await registry.register(registration(), NOW);
    assert.ok(outcome.ok && outcome.modified);
    for (const known of [registry, await again()]) {
      const [started] = known.startedBy("order/placed");
      assert.ok(started);
      const { definition } = started;
      assert.equal(definition.slug, "shop-pay");
      assert.equal(definition.url, `${APP_URL}?fnId=shop-pay`);
      assert.equal(definition.attemptsMax, 5);
      assert.equal(known.function(definition.id)?.slug, "shop-pay");
      assert.equal(known.functionBySlug("shop-pay")?.id, definition.id);
    }
  });

  it("changes nothing for the same registration, whatever is observed or deployed meanwhile", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration(), NOW);
    const again = await registry.register(
      registration(undefined, { featureObservations: { x: 1 }, deployId: "d" }),
      NOW + 5,
    );
    assert.ok(again.ok && !again.modified);
    assert.equal(registry.app("shop")?.syncedAt, NOW);
  });

  it("writes again after an error was noted, and clears it", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration(), NOW);
    await registry.noteError("shop", "unreachable: nobody answers");
    assert.equal(registry.app("shop")?.error, "unreachable: nobody answers");
    const outcome = await registry.register(registration(), NOW + 5);
    assert.ok(outcome.ok && outcome.modified);
    assert.equal(registry.app("shop")?.error, null);
  });

  it("raises the version of a changed function, archives one that vanished, and brings it back", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration([fn("pay"), fn("mail")]), NOW);
    const ids = registry.functions().map(({ id }) => id);
    await registry.register(registration([fn("pay", { triggers: [{ event: "order/changed" }] })]), NOW);
    assert.equal(registry.functionBySlug("shop-pay")?.version, 2);
    assert.equal(registry.functionBySlug("shop-mail")?.archived, true);
    assert.deepEqual(registry.startedBy("order/placed"), []);
    await registry.register(registration([fn("pay"), fn("mail")]), NOW);
    assert.equal(registry.functionBySlug("shop-mail")?.archived, false);
    assert.deepEqual(new Set(registry.functions().map(({ id }) => id)), new Set(ids));
  });

  it("takes the functions along when the app moves", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration([fn("pay"), fn("mail")]), NOW);
    const moved = "https://shop.example/x/inngest";
    await registry.register(registration([fn("pay", {}, moved)], { url: moved }), NOW);
    assert.equal(registry.functionBySlug("shop-pay")?.url, `${moved}?fnId=shop-pay`);
    // Archived, but runs of it may still have to be called.
    assert.match(registry.functionBySlug("shop-mail")?.url ?? "", /^https:\/\/shop\.example\//);
    assert.equal(registry.apps().length, 1);
  });

  it("keeps registrations that come at once apart, and ends with the last", async () => {
    const { registry } = await openRegistry();
    await Promise.all(
      ["a", "b", "c"].map((name) => registry.register(registration([fn("pay", { name })]), NOW)),
    );
    assert.equal(registry.functionBySlug("shop-pay")?.name, "c");
  });

  it("reads retries: absent, given, above the maximum, and none", async () => {
    const { registry } = await openRegistry();
    const step = (attempts: unknown): Body => ({
      steps: { step: { runtime: { type: "http", url: `${APP_URL}?fnId=x` }, retries: { attempts } } },
    });
    for (const [attempts, expected] of [
      [0, 1],
      [3, 4],
      [1e9, 21],
      [undefined, 5],
    ] as const) {
      await registry.register(registration([fn("pay", step(attempts))]), NOW);
      assert.equal(registry.functionBySlug("shop-pay")?.attemptsMax, expected);
    }
  });

  it("forgets an app by its URL, in any spelling of this machine", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration(), NOW);
    assert.equal(await registry.removeByUrl("http://localhost:3001/api/inngest", NOW), false);
    assert.equal(await registry.removeByUrl("http://localhost:3000/api/inngest?deployId=x", NOW), true);
    assert.deepEqual(registry.startedBy("order/placed"), []);
    assert.deepEqual(registry.apps(), []);
  });
});

describe("Registry.register() with options", () => {
  it("gives the definition what they say, after a restart too", async () => {
    const { registry, again } = await openRegistry();
    const outcome = await registry.register(
      registration([
        fn("pay", {
          triggers: [
            { event: "order/placed", expression: "event.data.paid == true" },
            { cron: "0 9 * * *", jitter: "30s" },
          ],
          concurrency: [{ limit: 5, key: "event.data.user" }],
          throttle: { limit: 2, period: "5s" },
          idempotency: "event.data.id",
          debounce: { period: "5s" },
          priority: { run: "10" },
          singleton: { mode: "cancel" },
          cancel: [{ event: "order/cancelled", if: "event.data.id == async.data.id", timeout: "1h" }],
          timeouts: { start: "1m", finish: "1h" },
        }),
      ]),
      NOW,
    );
    assert.ok(outcome.ok, JSON.stringify(outcome));
    for (const known of [registry, await again()]) {
      const definition = known.functionBySlug("shop-pay");
      assert.ok(definition);
      const { flowControl, cancels, crons, triggers } = definition;
      const event = { name: "order/placed", data: { paid: true, id: 7, user: "ada" } };
      assert.deepEqual(triggers[0]?.filter?.evaluate({ event }, NOW), { kind: "value", value: true });
      assert.deepEqual(
        crons.map(({ cron, jitterMs }) => [cron.source, jitterMs, cron.next(Date.UTC(2026, 0, 1))]),
        [["0 9 * * *", 30_000, Date.UTC(2026, 0, 1, 9)]],
      );
      const [rule, ...rules] = flowControl.concurrency;
      assert.deepEqual(rules, []);
      assert.deepEqual([rule?.level, rule?.scope, rule?.max], ["step", "fn", 5]);
      assert.deepEqual(rule?.key?.evaluate({ event }, NOW), { kind: "value", value: "ada" });
      assert.deepEqual(flowControl.throttle, { limit: 2, periodMs: 5000, burst: 0, key: null });
      assert.equal(flowControl.rateLimit?.periodMs, 86_400_000);
      assert.equal(flowControl.rateLimit.key?.source, "event.data.id");
      assert.deepEqual(flowControl.debounce, { periodMs: 5000, timeoutMs: null, key: null });
      assert.equal(flowControl.batch, null);
      assert.equal(flowControl.priority?.source, "10");
      assert.deepEqual(flowControl.singleton, { mode: "cancel", key: null });
      assert.deepEqual(
        cancels.map((cancel) => [cancel.event, cancel.filter?.source, cancel.timeoutMs]),
        [["order/cancelled", "event.data.id == async.data.id", 3_600_000]],
      );
      assert.equal(definition.startTimeoutMs, 60_000);
      assert.equal(definition.finishTimeoutMs, 3_600_000);
      assert.deepEqual(definition.configuration.timeouts, { startMs: 60_000, finishMs: 3_600_000 });
    }
  });

  it("raises the version of a function when an option changes, and not when only its spelling does", async () => {
    const { registry } = await openRegistry();
    const version = async (fields: Body): Promise<number | undefined> => {
      await registry.register(registration([fn("pay", fields)]), NOW);
      return registry.functionBySlug("shop-pay")?.version;
    };
    assert.equal(await version({ timeouts: { start: "1m" } }), 1);
    assert.equal(await version({ timeouts: { start: "60s" } }), 1);
    assert.equal(await version({ timeouts: { start: "61s" } }), 2);
  });

  it("changes nothing when it refuses, whatever is asked for", async () => {
    const { registry, store } = await openRegistry();
    const text = fc.constantFrom(
      "",
      "5s",
      "1h",
      "10d",
      "event.data.id",
      "event.data.",
      "a/b",
      "skip",
      "x".repeat(300),
    );
    const value = fc.oneof(
      text,
      fc.integer({ min: -1, max: 6 }),
      fc.constantFrom(null, true, [], {}),
      fc.jsonValue(),
    );
    const object = fc.dictionary(
      fc.constantFrom(
        "limit",
        "period",
        "burst",
        "key",
        "scope",
        "timeout",
        "maxSize",
        "if",
        "run",
        "mode",
        "start",
        "finish",
        "event",
        "fn",
        "step",
      ),
      value,
      { maxKeys: 5 },
    );
    const option = fc.oneof(object, fc.array(object, { maxLength: 3 }), value);
    const options = fc.dictionary(
      fc.constantFrom(
        "concurrency",
        "throttle",
        "rateLimit",
        "debounce",
        "batchEvents",
        "priority",
        "idempotency",
        "cancel",
        "timeouts",
        "singleton",
        "triggers",
        "retries",
      ),
      option,
      { maxKeys: 3 },
    );
    const stored = async (): Promise<unknown> => [await store.apps.apps(), await store.apps.functions()];
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(options, { minLength: 1, maxLength: 3 }), async (functions) => {
        const before = { stored: await stored(), known: registry.functions() };
        const body = registration(functions.map((fields, at) => fn(`f${at}`, fields)));
        const outcome = await registry.register(body, NOW);
        if (outcome.ok) {
          seen.taken += 1;
          assert.equal(registry.functions().filter(({ archived }) => !archived).length, functions.length);
          return;
        }
        seen.refused += 1;
        assert.ok(outcome.functions.length > 0 && outcome.functions.every(({ errors }) => errors.length > 0));
        assert.deepEqual(await stored(), before.stored);
        assert.deepEqual(registry.functions(), before.known);
      }),
      { numRuns: 300 },
    );
    assert.ok(seen.taken > 10 && seen.refused > 10, JSON.stringify(seen));
  });
});

describe("createRegistry()", () => {
  it("leaves out what another version stored and does not compile, and logs it once, with function and option", async () => {
    const warnings: object[] = [];
    const log: Log = { ...silentLog, warn: (fields: object) => warnings.push(fields) };
    const { store, again } = await openRegistry({ log });
    const config = { path: "/x", retries: 4, triggers: [{ event: "a", expression: "(" }, { event: "b" }] };
    await store.apps.register({ app: APP, functions: [record(JSON.stringify(config))], ticks: [] });
    const registry = await again();
    assert.deepEqual(registry.startedBy("a"), []);
    assert.equal(registry.startedBy("b").length, 1);
    await registry.register(registration([fn("other")], { appName: "elsewhere", url: APP_URL }), NOW);
    await registry.noteError("shop", "unreachable: nobody answers");
    const [warning, ...others] = warnings;
    assert.deepEqual(Object.entries(warning ?? {}).slice(0, 2), [
      ["function", "shop-pay"],
      ["option", "triggers[0].expression"],
    ]);
    assert.equal(others.filter((each) => "option" in each).length, 0);
  });
});
describe("Registry.register() with two apps whose ids come to the same", () => {
  const app = (appName: string, functions: unknown[]): Body => registration(functions, { appName });

  it("refuses a function id that another app has in use, and takes it once it is free", async () => {
    const { registry } = await openRegistry();
    await registry.register(app("shop", [fn("eu-pay")]), NOW);
    const outcome = refusal(await registry.register(app("shop-eu", [fn("eu-pay")]), NOW));
    assert.match(outcome.message, /"shop-eu-pay": it is registered by the app "shop" already/);
    assert.equal(registry.app("shop-eu"), null);
    await registry.register(app("shop", []), NOW);
    assert.ok((await registry.register(app("shop-eu", [fn("eu-pay")]), NOW)).ok);
    assert.equal(registry.functionBySlug("shop-eu-pay")?.appName, "shop-eu");
    assert.equal(refusal(await registry.register(app("shop", [fn("eu-pay")]), NOW)).code, "config_invalid");
  });

  it("gives them other function ids, and apps other ids in another environment", async () => {
    const { registry, store } = await openRegistry();
    await registry.register(app("shop", [fn("eu-pay")]), NOW);
    const first = registry.functionBySlug("shop-eu-pay");
    await registry.register(app("shop", []), NOW);
    await registry.register(app("shop-eu", [fn("eu-pay")]), NOW);
    assert.notEqual(registry.functionBySlug("shop-eu-pay")?.id, first?.id);
    const other = await createRegistry({
      store: store.apps,
      environment: "other" as EnvironmentName,
      digest,
      log: silentLog,
    });
    await other.register(app("shop", []), NOW);
    assert.notEqual(other.app("shop")?.id, registry.app("shop")?.id);
    assert.match(
      other.app("shop")?.id ?? "",
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe("Registry.register() and what an app signs", () => {
  const signing = { capabilities: { signatures: "v2" } };

  it("tells it of the app and of each of its functions, after a restart too", async () => {
    const { registry, again } = await openRegistry();
    await registry.register(registration(undefined, signing), NOW);
    for (const known of [registry, await again()]) {
      assert.equal(known.app("shop")?.signatures, "v2");
      assert.equal(known.functionBySlug("shop-pay")?.signatures, "v2");
    }
  });

  it("refuses the same app without, until it was removed", async () => {
    const { registry } = await openRegistry();
    await registry.register(registration(undefined, signing), NOW);
    const { code } = refusal(await registry.register(registration(), NOW));
    assert.equal(code, "signatures_downgraded");
    assert.equal(registry.app("shop")?.signatures, "v2");
    assert.equal(await registry.removeByUrl(APP_URL, NOW), true);
    const outcome = await registry.register(registration(), NOW);
    assert.ok(outcome.ok);
    assert.equal(registry.functionBySlug("shop-pay")?.signatures, null);
  });

  it("refuses an app without where every app must sign", async () => {
    const { registry } = await openRegistry({ requireV2: true });
    assert.equal(refusal(await registry.register(registration(), NOW)).code, "signatures_required");
    assert.deepEqual(registry.apps(), []);
    assert.equal((await registry.register(registration(undefined, signing), NOW)).ok, true);
  });
});
