import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { stateOf } from "./state.ts";
import { testClient } from "./testing/test-client.ts";

const EVENT_KEY = "canary-event-key";
const SIGNING = "ca4a41ca4a41ca4a41ca4a41ca4a4100";
const FALLBACK = "ca4a42ca4a42ca4a42ca4a42ca4a4200";
const API_KEY = "canary-api-key";
const OTHER = "canary-database-password";
const SECRETS = [EVENT_KEY, SIGNING, FALLBACK, API_KEY, OTHER];

const VARIABLES = {
  HOLDFAST_BASE_URL: "https://holdfast.example",
  HOLDFAST_EVENT_KEY: EVENT_KEY,
  HOLDFAST_SIGNING_KEY: `signkey-prod-${SIGNING}`,
  INNGEST_SIGNING_KEY_FALLBACK: FALLBACK,
  OPENAI_API_KEY: API_KEY,
  DATABASE_URL: `postgres://shop:${OTHER}@db/shop`,
  VERCEL: "1",
};

function show(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true, getters: false, showProxy: true }),
    inspect(value, { depth: Infinity }),
    JSON.stringify(value),
    String(value),
  ].join("\n");
}

function assertNothingShows(text: string): void {
  for (const secret of SECRETS)
    assert.equal(text.includes(secret), false, `a secret shows: ${secret.slice(0, 12)}…`);
}

/** Lists everything that can be reached from a value by its properties, whatever they are. */
function reachable(root: object): readonly unknown[] {
  const seen = new Set<unknown>([root]);
  for (const at of seen) {
    if ((typeof at !== "object" && typeof at !== "function") || at === null) continue;
    for (const name of Reflect.ownKeys(at)) seen.add(Reflect.getOwnPropertyDescriptor(at, name)?.value);
  }
  return [...seen];
}

describe("a client", () => {
  const client = testClientOf({});

  function testClientOf(options: Partial<ClientOptions>): Holdfast {
    const { DATABASE_URL, ...rest } = VARIABLES;
    return new Holdfast({ id: "shop", variables: { ...rest, DATABASE_URL }, ...options });
  }

  it("has its id as its only property, whoever lists, prints, clones or serialises it", () => {
    assert.deepEqual(Reflect.ownKeys(client), ["id"]);
    assert.deepEqual(structuredClone(client), { id: "shop" });
    assert.equal(JSON.stringify(client), '{"id":"shop"}');
    assertNothingShows(show(client));
    assertNothingShows(show({ deep: [{ client }] }));
  });

  it("leads to no secret by any of its own properties", () => {
    for (const value of reachable(client)) {
      if (typeof value === "string") assertNothingShows(value);
    }
  });

  it("has no secret that shows in its state either, should that ever be logged", () => {
    const { eventKey, ...state } = stateOf(client);
    assert.equal(eventKey, EVENT_KEY);
    assertNothingShows(show(state));
  });

  it("keeps of the environment only what a run needs, and shows none of it", () => {
    const { variables } = stateOf(client).world;
    assert.equal(variables["OPENAI_API_KEY"], API_KEY);
    assert.equal(variables["VERCEL"], "1");
    assert.equal(variables["DATABASE_URL"], undefined);
    assert.equal(variables["HOLDFAST_SIGNING_KEY"], undefined);
    assertNothingShows(show(variables));
    assert.deepEqual(Object.keys(variables), []);
  });

  it("shows no secret in what it refuses", () => {
    const faults: readonly (readonly [object, Readonly<Record<string, string>>])[] = [
      [{ mode: "nonsense" }, {}],
      [{ isDev: true }, {}],
      [{}, { HOLDFAST_SIGNING_KEY: `signkey-prod-${SIGNING}x` }],
      [{}, { HOLDFAST_SIGNING_KEY: `signkey-pr od-${SIGNING}` }],
      [{}, { HOLDFAST_SIGNING_KEY: SIGNING.slice(1) }],
      [{}, { HOLDFAST_DEV: SIGNING }],
      [{}, { HOLDFAST_BASE_URL: `https://user:${OTHER}@holdfast.example` }],
      [{}, { HOLDFAST_BASE_URL: `nonsense ${OTHER}` }],
      [{}, { HOLDFAST_SERVE_ORIGIN: `https://user:${OTHER}@shop.example` }],
      [{}, { HOLDFAST_SIGNATURES: OTHER }],
    ];
    for (const [options, variables] of faults) {
      assert.throws(
        () => testClientOf({ ...options, variables: { ...VARIABLES, ...variables } }),
        (error) => {
          assert.ok(isHoldfastError(error));
          assertNothingShows(show(error));
          return true;
        },
      );
    }
  });

  it("is known by stateOf(), and a copy of it is not", () => {
    assert.equal(stateOf(client).app, "shop");
    for (const other of [
      { id: client.id },
      structuredClone(client),
      Object.create(client),
      null,
      undefined,
      "shop",
    ]) {
      assert.throws(
        () => stateOf(other as object),
        (error) => isHoldfastError(error, "client_invalid"),
      );
    }
  });
});

describe("new Holdfast()", () => {
  it("says once and loudly that it is in dev mode, and nothing in production", () => {
    const lines: unknown[] = [];
    const logger = { debug() {}, info() {}, warn: (line: unknown) => void lines.push(line), error() {} };
    testClient({ logger });
    assert.deepEqual(lines, []);
    testClient({ logger, mode: "dev" });
    assert.equal(lines.length, 1);
    assert.match(String(lines[0]), /DEV MODE.*NOT verified.*http:\/\/127\.0\.0\.1:9/);
  });

  it("verifies in production, and does not in dev", () => {
    assert.notEqual(stateOf(testClient()).verifier, null);
    assert.equal(stateOf(testClient({ mode: "dev" })).verifier, null);
  });

  it("refuses middleware that is none, and classes of errors that are none", () => {
    for (const options of [
      { middleware: {} },
      { middleware: [{}] },
      { errorClasses: [Map] },
      { checkpointing: "x" },
    ]) {
      assert.throws(() => testClient(options as object), isHoldfastError);
    }
  });

  it("is of the type that anything for clients takes, whatever its middleware adds", () => {
    const taken = (each: Holdfast): string => each.id;
    assert.equal(
      taken(testClient({ middleware: [{ id: "db", transformFunctionInput: () => ({ db: 1 }) }] })),
      "shop",
    );
  });
});
