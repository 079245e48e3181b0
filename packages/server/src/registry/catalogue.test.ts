import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { nodeDigest as digest, silentLog } from "#kernel";
import type { SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import { createRegistry } from "./catalogue.ts";
import type { Registry, RegisterOutcome } from "./contract.ts";

const NOW = 1_700_000_000_000;
const URL_A = "http://127.0.0.1:3000/api/inngest";
const environment = "test" as EnvironmentName;

type Fields = Record<string, unknown>;

function fn(id: string, fields: Fields = {}, url = URL_A): Fields {
  return {
    id: `shop-${id}`,
    name: id,
    triggers: [{ event: "order/placed" }],
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: `${url}?fnId=shop-${id}&stepId=step` },
      },
    },
    ...fields,
  };
}

function registration(functions: unknown[] = [fn("pay")], fields: Fields = {}): Fields {
  return {
    url: URL_A,
    deployType: "ping",
    appName: "shop",
    framework: "express",
    sdk: "js:v4.24.0",
    v: "0.1",
    functions,
    ...fields,
  };
}

async function harness(): Promise<{ registry: Registry; store: SqliteStore; again(): Promise<Registry> }> {
  const store = await openSqliteStore({ path: ":memory:" });
  const again = (): Promise<Registry> =>
    createRegistry({ store: store.apps, environment, digest, log: silentLog });
  return { store, registry: await again(), again };
}

function refusal(outcome: RegisterOutcome): RegisterOutcome & { ok: false } {
  assert.ok(!outcome.ok, "the registration was taken");
  return outcome;
}

describe("Registry.register()", () => {
  it("takes an app, and finds its functions by event, id and slug, after a restart too", async () => {
    const { registry, again } = await harness();
    const outcome = await registry.register(registration(), NOW);
    assert.ok(outcome.ok && outcome.modified);
    for (const known of [registry, await again()]) {
      const [definition] = known.startedBy("order/placed");
      assert.ok(definition);
      assert.equal(definition.slug, "shop-pay");
      assert.equal(definition.url, `${URL_A}?fnId=shop-pay`);
      assert.equal(definition.attemptsMax, 5);
      assert.equal(known.function(definition.id)?.slug, "shop-pay");
      assert.equal(known.functionBySlug("shop-pay")?.id, definition.id);
    }
  });

  it("changes nothing for the same registration, whatever is observed or deployed meanwhile", async () => {
    const { registry } = await harness();
    await registry.register(registration(), NOW);
    const again = await registry.register(
      registration(undefined, { featureObservations: { x: 1 }, deployId: "d" }),
      NOW + 5,
    );
    assert.ok(again.ok && !again.modified);
    assert.equal(registry.app("shop")?.syncedAt, NOW);
  });

  it("writes again after an error was noted, and clears it", async () => {
    const { registry } = await harness();
    await registry.register(registration(), NOW);
    await registry.noteError("shop", "unreachable: nobody answers");
    assert.equal(registry.app("shop")?.error, "unreachable: nobody answers");
    const outcome = await registry.register(registration(), NOW + 5);
    assert.ok(outcome.ok && outcome.modified);
    assert.equal(registry.app("shop")?.error, null);
  });

  it("raises the version of a changed function, archives one that vanished, and brings it back", async () => {
    const { registry } = await harness();
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
    const { registry } = await harness();
    await registry.register(registration([fn("pay"), fn("mail")]), NOW);
    const moved = "https://shop.example/x/inngest";
    await registry.register(registration([fn("pay", {}, moved)], { url: moved }), NOW);
    assert.equal(registry.functionBySlug("shop-pay")?.url, `${moved}?fnId=shop-pay`);
    // Archived, but runs of it may still have to be called.
    assert.match(registry.functionBySlug("shop-mail")?.url ?? "", /^https:\/\/shop\.example\//);
    assert.equal(registry.apps().length, 1);
  });

  it("keeps registrations that come at once apart, and ends with the last", async () => {
    const { registry } = await harness();
    await Promise.all(
      ["a", "b", "c"].map((name) => registry.register(registration([fn("pay", { name })]), NOW)),
    );
    assert.equal(registry.functionBySlug("shop-pay")?.name, "c");
  });

  it("reads retries: absent, given, above the maximum, and none", async () => {
    const { registry } = await harness();
    const step = (attempts: unknown): Fields => ({
      steps: { step: { runtime: { type: "http", url: `${URL_A}?fnId=x` }, retries: { attempts } } },
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
    const { registry } = await harness();
    await registry.register(registration(), NOW);
    assert.equal(await registry.removeByUrl("http://localhost:3001/api/inngest", NOW), false);
    assert.equal(await registry.removeByUrl("http://localhost:3000/api/inngest?deployId=x", NOW), true);
    assert.deepEqual(registry.startedBy("order/placed"), []);
    assert.deepEqual(registry.apps(), []);
  });
});

describe("Registry.register() with what it must refuse", () => {
  const bad: readonly (readonly [what: string, body: unknown, code: string, message: RegExp])[] = [
    ["no object", 7, "config_invalid", /must be a JSON object/],
    ["no app id", registration([], { appName: "" }), "config_invalid", /^App ID required$/],
    [
      "an app id with a control character",
      registration([], { appName: "sh\u0000op" }),
      "config_invalid",
      /invisible or control/,
    ],
    ["an app id of 4 KB", registration([], { appName: "x".repeat(4096) }), "config_invalid", /at most 256/],
    ["no URL", registration([], { url: undefined }), "config_invalid", /URL is not a URL/],
    ["a file URL", registration([], { url: "file:///etc/passwd" }), "config_invalid", /http: or https:/],
    [
      "a URL with a password",
      registration([], { url: "http://u:p@h/" }),
      "config_invalid",
      /user name or a password/,
    ],
    [
      "functions that are no list",
      registration([], { functions: {} }),
      "config_invalid",
      /list its functions/,
    ],
    [
      "501 functions",
      registration(Array.from({ length: 501 }, (_, index) => fn(`f${index}`))),
      "config_invalid",
      /at most 500/,
    ],
    ["a function that is a number", registration([7]), "config_invalid", /not an object/],
    [
      "a function of another app",
      registration([fn("pay", { id: "other-pay" })]),
      "config_invalid",
      /begins with "shop-"/,
    ],
    ["two functions of one id", registration([fn("pay"), fn("pay")]), "config_invalid", /listed twice/],
    [
      "a function without steps",
      registration([fn("pay", { steps: {} })]),
      "config_invalid",
      /exactly one step/,
    ],
    [
      "a function on another origin",
      registration([fn("pay", {}, "http://evil.example/x")]),
      "config_invalid",
      /evil\.example/,
    ],
    [
      "a function over a WebSocket",
      registration([fn("pay", {}, "wss://connect")]),
      "feature_not_supported",
      /uses Connect/,
    ],
    [
      "an app over a WebSocket",
      registration([], { url: "wss://connect" }),
      "feature_not_supported",
      /uses Connect/,
    ],
    [
      "an app id with half a character",
      registration([], { appName: "sh\ud800op" }),
      "config_invalid",
      /lone surrogate/,
    ],
    [
      "a function with neither id nor name",
      registration([fn("pay", { id: "", name: "" })]),
      "config_invalid",
      /number 1 must have an id or a name/,
    ],
    [
      "a function whose id is its app's",
      registration([fn("")]),
      "config_invalid",
      /number 1 must have an id/,
    ],
    [
      "a function id of 4 KB, which it does not repeat",
      registration([fn("x".repeat(4096))]),
      "config_invalid",
      /^At least one function is invalid: Function "shop-x{35}…": its id has 4101 characters; at most 256 are allowed$/,
    ],
    [
      "negative retries of the function itself",
      registration([fn("pay", { retries: -1 })]),
      "config_invalid",
      /whole number of retries/,
    ],
    [
      "a registration nested more than 512 deep",
      registration([], { later: JSON.parse("[".repeat(600) + "]".repeat(600)) }),
      "config_invalid",
      /cannot be stored/,
    ],
    [
      "a number that no computer holds",
      registration([], { later: JSON.parse("1e999") }),
      "config_invalid",
      /cannot be stored/,
    ],
    [
      "11 triggers",
      registration([
        fn("pay", { triggers: Array.from({ length: 11 }, (_, index) => ({ event: `e${index}` })) }),
      ]),
      "config_invalid",
      /at most 10/,
    ],
    [
      "the same trigger twice",
      registration([fn("pay", { triggers: [{ event: "a" }, { event: "a" }] })]),
      "config_invalid",
      /same trigger twice/,
    ],
    [
      "an event name of 256 characters",
      registration([fn("pay", { triggers: [{ event: "x".repeat(256) }] })]),
      "event_name_invalid",
      /255/,
    ],
    [
      "an event name that is a number",
      registration([fn("pay", { triggers: [{ event: 7 }] })]),
      "event_name_invalid",
      /text/,
    ],
    [
      "negative retries",
      registration([fn("pay", { steps: { step: { runtime: { url: URL_A }, retries: { attempts: -1 } } } })]),
      "config_invalid",
      /whole number of retries/,
    ],
    [
      "fractional retries",
      registration([fn("pay", { steps: { step: { runtime: { url: URL_A }, retries: { attempts: 1.5 } } } })]),
      "config_invalid",
      /whole number of retries/,
    ],
    [
      "an SDK that leaks secrets",
      registration(undefined, { sdk: "js:v3.30.0" }),
      "sdk_version_denied",
      /CVE-2026-42047.*3\.54\.0/,
    ],
    ["Connect", registration(undefined, { deployType: "connect" }), "feature_not_supported", /Connect/],
    [
      "a trigger with an expression",
      registration([fn("pay", { triggers: [{ event: "a", expression: "event.data.x" }] })]),
      "feature_not_supported",
      /expression/,
    ],
    [
      "a cron trigger",
      registration([fn("pay", { triggers: [{ cron: "* * * * *" }] })]),
      "feature_not_supported",
      /cron/,
    ],
    [
      "onFailure",
      registration([
        fn("pay"),
        fn("pay-failure", {
          triggers: [
            { event: "inngest/function.failed", expression: "event.data.function_id == 'shop-pay'" },
          ],
        }),
      ]),
      "feature_not_supported",
      /"onFailure"/,
    ],
    ...[
      "batchEvents",
      "cancel",
      "concurrency",
      "debounce",
      "idempotency",
      "priority",
      "rateLimit",
      "singleton",
      "throttle",
      "timeouts",
    ].map(
      (option) =>
        [
          option,
          registration([fn("pay", { [option]: { limit: 1 } })]),
          "feature_not_supported",
          new RegExp(`"${option}"`),
        ] as const,
    ),
  ];
  for (const [what, body, code, message] of bad) {
    it(`refuses ${what}, says why, and changes nothing`, async () => {
      const { registry, store } = await harness();
      const outcome = refusal(await registry.register(body, NOW));
      assert.equal(outcome.code, code);
      assert.match(outcome.message, message);
      assert.deepEqual(await store.apps.apps(), []);
      assert.deepEqual(await store.apps.functions(), []);
    });
  }

  it("names everything that is wrong, function by function", async () => {
    const { registry } = await harness();
    const outcome = refusal(
      await registry.register(registration([fn("a", { steps: {} }), fn("b"), fn("c", { triggers: 1 })]), NOW),
    );
    assert.deepEqual(
      outcome.functions.map(({ id }) => id),
      ["shop-a", "shop-c"],
    );
  });

  it("takes empty options for absent, and unknown fields and __proto__ for nothing", async () => {
    const { registry } = await harness();
    const body: unknown = JSON.parse(
      JSON.stringify(
        registration([
          fn("pay", { concurrency: null, cancel: [], timeouts: {}, idempotency: "", later: { x: 1 } }),
        ]),
      ).replace('"later"', '"__proto__"'),
    );
    assert.ok((await registry.register(body, NOW)).ok);
    assert.equal(({} as { x?: unknown }).x, undefined);
  });
});

describe("Registry.register() with a concurrency limit", () => {
  const plain = [
    1000,
    [{ limit: 1000 }],
    { limit: 5000, scope: "fn" },
    { step: [{ limit: 1000 }], fn: [] },
    [],
  ];
  for (const concurrency of plain) {
    it(`takes ${JSON.stringify(concurrency)}, which only says what holds anyway`, async () => {
      const { registry } = await harness();
      assert.ok((await registry.register(registration([fn("pay", { concurrency })]), NOW)).ok);
    });
  }

  const real = [
    999,
    0,
    "1000",
    [{ limit: 1000 }, { limit: 5 }],
    { limit: 1000, key: "event.data.user" },
    { limit: 1000, scope: "env", key: "1" },
    { limit: 1000, scope: "account" },
    { limit: [] },
    { step: [{ limit: 1000 }], fn: [{ limit: 1000 }] },
    { later: true },
  ];
  for (const concurrency of real) {
    it(`refuses ${JSON.stringify(concurrency)}`, async () => {
      const { registry } = await harness();
      const outcome = refusal(await registry.register(registration([fn("pay", { concurrency })]), NOW));
      assert.equal(outcome.code, "feature_not_supported");
      assert.match(outcome.message, /"concurrency"/);
    });
  }
});

describe("Registry.register() with two apps whose ids come to the same", () => {
  const app = (appName: string, functions: unknown[]): Fields => registration(functions, { appName });

  it("refuses a function id that another app has in use, and takes it once it is free", async () => {
    const { registry } = await harness();
    await registry.register(app("shop", [fn("eu-pay")]), NOW);
    const outcome = refusal(await registry.register(app("shop-eu", [fn("eu-pay")]), NOW));
    assert.match(outcome.message, /"shop-eu-pay" is registered by the app "shop" already/);
    assert.equal(registry.app("shop-eu"), null);
    await registry.register(app("shop", []), NOW);
    assert.ok((await registry.register(app("shop-eu", [fn("eu-pay")]), NOW)).ok);
    assert.equal(registry.functionBySlug("shop-eu-pay")?.appName, "shop-eu");
    assert.equal(refusal(await registry.register(app("shop", [fn("eu-pay")]), NOW)).code, "config_invalid");
  });

  it("gives them other function ids, and apps other ids in another environment", async () => {
    const { registry, store } = await harness();
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

describe("Registry.startedBy()", () => {
  it("finds wildcards at every / and ., each function once, and * for nothing", async () => {
    const { registry } = await harness();
    const on = (id: string, ...events: string[]): Fields =>
      fn(id, { triggers: events.map((event) => ({ event })) });
    await registry.register(
      registration([
        on("exact", "app/user.created", "app/*"),
        on("slash", "app/*"),
        on("dot", "app/user.*"),
        on("other", "app/user"),
        on("all", "*"),
        on("deep", "app/user.created.*"),
      ]),
      NOW,
    );
    const found = registry.startedBy("app/user.created").map(({ slug }) => slug);
    assert.deepEqual(new Set(found), new Set(["shop-exact", "shop-slash", "shop-dot"]));
    assert.equal(found.length, 3);
  });
});
