import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { nodeDigest as digest, silentLog } from "#kernel";
import { openSqliteStore } from "#store";
import { Inngest as InngestV4 } from "inngest";
import { serve as serveV4 } from "inngest/edge";
import { Inngest as InngestV3 } from "inngest-v3";
import { serve as serveV3 } from "inngest-v3/edge";
import { createRegistry } from "./catalogue.ts";
import type { Registry } from "./contract.ts";
import type { FunctionConfig, FunctionOptions } from "./function-config.ts";

const APP_URL = "http://localhost:3000/api/inngest";
const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const event = { event: "order/placed" };

type Handler = (request: Request) => Promise<Response>;
/** Options as a user gives them to `createFunction`, the id included, the trigger apart. */
type Options = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What the package posts to `/fn/register` for an app with these functions. Nothing goes over a network. */
async function captured(
  sdk: "v3" | "v4",
  options: readonly Options[],
  triggers: object[] = [event],
): Promise<unknown> {
  const posts: unknown[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (request.method === "POST") posts.push(await request.json());
    return Response.json({ ok: true, modified: true, status: 200 });
  };
  const client = { id: "shop", isDev: true, baseUrl: "http://localhost:8288", fetch, logger: quiet };
  const handler = sdk === "v4" ? handlerV4(client, options, triggers) : handlerV3(client, options, triggers);
  await handler(
    new Request(APP_URL, { method: "PUT", body: "{}", headers: { host: new URL(APP_URL).host } }),
  );
  assert.equal(posts.length, 1);
  return posts[0];
}

function handlerV4(
  settings: ConstructorParameters<typeof InngestV4>[0],
  options: readonly Options[],
  triggers: object[],
): Handler {
  const client = new InngestV4(settings);
  // The options of a test are not known to the types: some are there to be refused.
  const functions = options.map((each) => client.createFunction({ ...each, triggers } as never, () => 1));
  return serveV4({ client, functions });
}

function handlerV3(
  settings: ConstructorParameters<typeof InngestV3>[0],
  options: readonly Options[],
  triggers: object[],
): Handler {
  const client = new InngestV3(settings);
  // As above.
  const functions = options.map((each) => client.createFunction(each as never, triggers as never, () => 1));
  return serveV3({ client, functions, ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }) });
}

async function emptyRegistry(): Promise<Registry> {
  const store = await openSqliteStore({ path: ":memory:" });
  return createRegistry({
    store: store.apps,
    environment: "test" as EnvironmentName,
    digest,
    log: silentLog,
  });
}

/** The names of concurrency rules are a matter of their own. */
function withoutRules({ concurrency, ...options }: FunctionOptions): object {
  if (concurrency === undefined) return options;
  return { ...options, concurrency: concurrency.map(({ rule: _rule, ...each }) => each) };
}

for (const sdk of ["v3", "v4"] as const) {
  describe(`Registry.register() with what the official package ${sdk} sends`, () => {
    it("takes a function without options, and once only", async () => {
      const registry = await emptyRegistry();
      const body = await captured(sdk, [{ id: "charge" }]);
      const outcome = await registry.register(body, 0);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      const [started] = registry.startedBy("order/placed");
      assert.ok(started);
      const charge = started.definition;
      assert.equal(charge.slug, "shop-charge");
      assert.equal(charge.attemptsMax, 5);
      assert.equal(charge.url, `${APP_URL}?fnId=shop-charge`);
      const again = await registry.register(await captured(sdk, [{ id: "charge" }]), 1);
      assert.ok(again.ok && !again.modified);
    });

    it("takes ids, names and retries of every kind", async () => {
      const registry = await emptyRegistry();
      const ids = ["with space", "a/b.c_d-e", "Größe", "x".repeat(120), "-"];
      const options = ids.map((id) => ({ id, name: `The ${id}`, retries: 0 }));
      const outcome = await registry.register(await captured(sdk, options), 0);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      for (const id of ids) {
        const definition = registry.functionBySlug(`shop-${id}`);
        assert.equal(definition?.attemptsMax, 1);
        assert.equal(new URL(definition.url).searchParams.get("fnId"), `shop-${id}`);
      }
    });

    const read: readonly (readonly [options: Readonly<Record<string, unknown>>, config: object])[] = [
      [{ concurrency: 5 }, { concurrency: [{ level: "step", scope: "fn", limit: 5 }] }],
      [
        {
          concurrency: [
            { limit: 5, key: "event.data.user" },
            { limit: 9, scope: "account", key: "'mail'" },
          ],
        },
        {
          concurrency: [
            { level: "step", scope: "fn", limit: 5, key: "event.data.user" },
            { level: "step", scope: "account", limit: 9, key: "'mail'" },
          ],
        },
      ],
      [
        { throttle: { limit: 1, period: "5s", burst: 2, key: "event.data.user" } },
        { throttle: { limit: 1, periodMs: 5000, burst: 2, key: "event.data.user" } },
      ],
      [
        { rateLimit: { limit: 10, period: "24h", key: "event.data.user" } },
        { rateLimit: { limit: 10, periodMs: 86_400_000, key: "event.data.user" } },
      ],
      [{ idempotency: "event.data.id" }, { idempotency: "event.data.id" }],
      [
        { debounce: { period: "5s", key: "event.data.user", timeout: "1m" } },
        { debounce: { periodMs: 5000, timeoutMs: 60_000, key: "event.data.user" } },
      ],
      [
        {
          batchEvents: {
            maxSize: 5,
            timeout: "5s",
            key: "event.data.user",
            if: "event.data.small == true",
          },
        },
        {
          batchEvents: {
            maxSize: 5,
            timeoutMs: 5000,
            key: "event.data.user",
            if: "event.data.small == true",
          },
        },
      ],
      [
        { priority: { run: "event.data.plan == 'paid' ? 120 : 0" } },
        { priority: "event.data.plan == 'paid' ? 120 : 0" },
      ],
      [
        { singleton: { mode: "skip", key: "event.data.user" } },
        { singleton: { mode: "skip", key: "event.data.user" } },
      ],
      [{ timeouts: { start: "5s", finish: "1h" } }, { timeouts: { startMs: 5000, finishMs: 3_600_000 } }],
      [
        {
          cancelOn: [
            { event: "order/cancelled", match: "data.id" },
            { event: "user/gone", if: "async.data.user == event.data.user", timeout: 5400 * 1000 },
          ],
        },
        {
          cancel: [
            { event: "order/cancelled", if: "event.data.id == async.data.id" },
            { event: "user/gone", if: "async.data.user == event.data.user", timeoutMs: 5_400_000 },
          ],
        },
      ],
    ];
    for (const [options, expected] of read) {
      it(`reads ${JSON.stringify(options)}`, async () => {
        const {
          path: _path,
          retries: _retries,
          triggers: _triggers,
          ...config
        } = await configuration(options);
        assert.deepEqual(withoutRules(config), expected);
      });
    }

    it("reads fn and step limits", async () => {
      const { concurrency = [] } = await configuration({
        concurrency: { fn: [{ limit: 1, key: "event.data.user" }], step: [{ limit: 3 }] },
      });
      assert.deepEqual(
        concurrency.map(({ level, limit, key }) => [level, limit, key]),
        [
          ["step", 3, undefined],
          ["run", 1, "event.data.user"],
        ],
      );
    });

    it("reads triggers with an expression, and cron triggers", async () => {
      const { triggers } = await configuration({}, [
        event,
        { ...event, if: "event.data.paid == true" },
        { cron: "TZ=Europe/Berlin 0 9 * * MON-FRI" },
      ]);
      assert.deepEqual(triggers, [
        { event: "order/placed" },
        { event: "order/placed", expression: "event.data.paid == true" },
        { cron: "TZ=Europe/Berlin 0 9 * * MON-FRI" },
      ]);
    });

    it("reads onFailure as a function of its own, for the failures of this one", async () => {
      const registry = await emptyRegistry();
      const outcome = await registry.register(await captured(sdk, [{ id: "charge", onFailure: () => 1 }]), 0);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      const [started, ...others] = registry.startedBy("inngest/function.failed");
      assert.deepEqual(others, []);
      assert.equal(started?.definition.slug, "shop-charge-failure");
      assert.equal(started.definition.attemptsMax, 2);
      const [filter] = started.filters;
      const failed = (id: string): unknown =>
        filter?.evaluate({ event: { name: "inngest/function.failed", data: { function_id: id } } }, 0);
      assert.deepEqual(failed("shop-charge"), { kind: "value", value: true });
      assert.deepEqual(failed("shop-refund"), { kind: "value", value: false });
    });

    it("refuses a faulty expression, with function, option and position", async () => {
      const registry = await emptyRegistry();
      const body = await captured(sdk, [
        { id: "charge", throttle: { limit: 1, period: "5s", key: "event.data." } },
      ]);
      const outcome = await registry.register(body, 0);
      assert.ok(!outcome.ok);
      assert.match(outcome.message, /Function "shop-charge": throttle\.key: .*1:12/);
      assert.deepEqual(registry.functions(), []);
    });

    async function configuration(
      options: Readonly<Record<string, unknown>>,
      triggers?: object[],
    ): Promise<FunctionConfig> {
      const registry = await emptyRegistry();
      const outcome = await registry.register(
        await captured(sdk, [{ id: "charge", ...options }], triggers),
        0,
      );
      assert.ok(outcome.ok, JSON.stringify(outcome));
      const definition = registry.functionBySlug("shop-charge");
      assert.ok(definition);
      return definition.configuration;
    }
  });
}

describe("Registry.register() with what only the official package v4 sends", () => {
  it("reads the jitter of a cron trigger", async () => {
    const registry = await emptyRegistry();
    const body = await captured("v4", [{ id: "charge" }], [{ cron: "0 * * * *", jitter: "30s" }]);
    assert.ok((await registry.register(body, 0)).ok);
    assert.equal(registry.functionBySlug("shop-charge")?.crons[0]?.jitterMs, 30_000);
  });
});
