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
import type { RegisterOutcome, Registry } from "./contract.ts";

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

async function registered(body: unknown): Promise<RegisterOutcome> {
  return (await emptyRegistry()).register(body, 0);
}

for (const sdk of ["v3", "v4"] as const) {
  describe(`Registry.register() with what the official package ${sdk} sends`, () => {
    it("takes a function without options, and once only", async () => {
      const registry = await emptyRegistry();
      const body = await captured(sdk, [{ id: "charge" }]);
      const outcome = await registry.register(body, 0);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      const [charge] = registry.startedBy("order/placed");
      assert.equal(charge?.slug, "shop-charge");
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

    it("takes a limit of concurrency that changes nothing", async () => {
      const outcome = await registered(await captured(sdk, [{ id: "charge", concurrency: 1000 }]));
      assert.ok(outcome.ok, JSON.stringify(outcome));
    });

    const refused: readonly (readonly [name: string, options: Readonly<Record<string, unknown>>])[] = [
      ["concurrency", { concurrency: 5 }],
      ["concurrency", { concurrency: [{ limit: 5, key: "event.data.user" }] }],
      ["throttle", { throttle: { limit: 1, period: "5s" } }],
      ["rateLimit", { rateLimit: { limit: 1, period: "5s" } }],
      ["debounce", { debounce: { period: "5s" } }],
      ["batchEvents", { batchEvents: { maxSize: 5, timeout: "5s" } }],
      ["priority", { priority: { run: "1" } }],
      ["idempotency", { idempotency: "event.data.id" }],
      ["cancel", { cancelOn: [{ event: "order/cancelled" }] }],
      ["timeouts", { timeouts: { start: "5s" } }],
      ["singleton", { singleton: { mode: "skip" } }],
      ["onFailure", { onFailure: () => 1 }],
    ];
    for (const [name, options] of refused) {
      it(`refuses ${name} as ${JSON.stringify(options)}, by name`, async () => {
        const outcome = await registered(await captured(sdk, [{ id: "charge", ...options }]));
        assert.ok(!outcome.ok);
        assert.equal(outcome.code, "feature_not_supported");
        assert.ok(outcome.message.includes(`uses "${name}", which this version`), outcome.message);
      });
    }

    it("refuses a cron trigger and a trigger with an expression", async () => {
      for (const trigger of [{ cron: "* * * * *" }, { ...event, if: "event.data.paid" }]) {
        const outcome = await registered(await captured(sdk, [{ id: "charge" }], [trigger]));
        assert.ok(!outcome.ok);
        assert.match(outcome.message, /uses a (cron trigger|trigger with an expression), which/);
      }
    });
  });
}
