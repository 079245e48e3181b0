import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { request } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf } from "../kit/run-of.ts";
import { createSigningKey } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const URL = "http://127.0.0.1:9/api/inngest";

describe("registrations that mean harm", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  const functionsOf = async (app: string): Promise<readonly string[]> =>
    ((await clientOf(server).apps()).find(({ name }) => name === app)?.functions ?? []).map(
      ({ name }) => name,
    );

  it("A-091 no key, another one's key, an event key and an operator's token register nothing", async () => {
    const registration = registrationOf("stolen", URL, ["a"]);
    for (const [key, status] of [
      [null, 401],
      [createSigningKey(), 401],
      [server.eventKey, 401],
      // Whose it is is known; that it is no app's, too.
      [server.operatorToken, 403],
    ] as const) {
      const authorization =
        key === null ? {} : { authorization: `Bearer ${key}`, "x-inngest-env": "production" };
      const answer = await request(server, "POST", "/fn/register", {
        authorized: false,
        headers: authorization,
        body: JSON.stringify(registration),
      });
      assert.equal(answer.status, status, answer.text);
    }
    assert.deepEqual(await functionsOf("stolen"), []);
  });

  it("A-091 a body of 2 MiB and 501 functions are refused whole", async () => {
    const large = await request(server, "POST", "/fn/register", { body: "x".repeat(2 * 1024 * 1024) });
    assert.equal(large.status, 413);
    const many = Array.from({ length: 501 }, (_, index) => `f${index}`);
    assert.equal((await postRegistration(server, registrationOf("many", URL, many))).status, 400);
    assert.deepEqual(await functionsOf("many"), []);
  });

  it("A-092 names of 4 KB, none and control characters are refused, and functions of another app stay its own", async () => {
    for (const name of ["x".repeat(4096), "", "a\u0000b"])
      assert.equal((await postRegistration(server, registrationOf(name, URL, ["a"]))).status, 400, name);
    assert.equal((await postRegistration(server, registrationOf("shop", URL, ["pay"]))).status, 200);
    const stolen = registrationOf("evil", URL, ["pay"]);
    const [fn] = stolen["functions"] as readonly Record<string, unknown>[];
    await postRegistration(server, { ...stolen, functions: [{ ...fn, id: "shop-pay" }] });
    // Names are names, and no path is made of them: in another case, or like a path, they are those of other apps.
    for (const name of ["Shop", "../shop", "ѕhop", "shop%2f..", "shop/"]) {
      assert.equal((await postRegistration(server, registrationOf(name, URL, ["other"]))).status, 200, name);
      assert.deepEqual(await functionsOf(name), ["other"], name);
    }
    // What nobody can see is no difference between two names.
    for (const name of ["shop\u200b", "\u202eshop", "shop\u2028"])
      assert.equal((await postRegistration(server, registrationOf(name, URL, ["other"]))).status, 400, name);
    assert.deepEqual(await functionsOf("shop"), ["pay"]);
  });

  it("A-093 absurd settings are refused by name or cut to what is allowed, and change no prototype", async () => {
    const absurd: readonly Readonly<Record<string, unknown>>[] = [
      { concurrency: [{ limit: -1 }] },
      { concurrency: [{ limit: 1.5 }] },
      { rateLimit: { limit: 1, period: "999d" } },
      { debounce: { period: "-5s" } },
      { priority: { run: "((((" } },
      { triggers: [{ cron: "* * * * * *" }] },
      { triggers: [{ event: "a", expression: "event.data.x ==" }] },
    ];
    for (const members of absurd) {
      const answer = await postRegistration(server, registrationOf("absurd", URL, ["a"], members));
      assert.equal(answer.status, 400, JSON.stringify(members));
    }
    assert.deepEqual(await functionsOf("absurd"), []);
    // More retries than there may be are cut, as the protocol has it; what nobody knows is left out.
    const [fn] = registrationOf("eager", URL, ["a"])["functions"] as readonly Record<string, unknown>[];
    const steps = fn?.["steps"] as { readonly step: Record<string, unknown> };
    const eager = {
      ...fn,
      steps: { step: { ...steps.step, retries: { attempts: 1e9 } } },
      unheardOf: { a: 1 },
    };
    const registration = { ...registrationOf("eager", URL, []), functions: [eager] };
    assert.equal((await postRegistration(server, registration)).status, 200);
    const [shown] = (await clientOf(server).apps()).find(({ name }) => name === "eager")?.functions ?? [];
    assert.ok(!JSON.stringify(shown).includes("unheardOf"));
    assert.ok(!JSON.stringify(shown).includes("1000000000"));
    const text = JSON.stringify(registrationOf("polluter", URL, ["a"])).replace(
      '"deployType"',
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"deployType"',
    );
    const answer = await request(server, "POST", "/fn/register", { body: text });
    assert.ok(answer.status === 200 || answer.status === 400);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it("A-094 an older registration that comes again is in the log with what it takes away", async () => {
    const older = registrationOf("replayed", URL, ["a"]);
    assert.equal((await postRegistration(server, older)).status, 200);
    assert.equal((await postRegistration(server, registrationOf("replayed", URL, ["a", "b"]))).status, 200);
    // The protocol's own form has nothing that tells an old one from a new one: a bearer key is all there is.
    assert.equal((await postRegistration(server, older)).status, 200);
    assert.equal((await postRegistration(server, older)).status, 200);
    const rows = await operatorOf(server).auditRows("production", { action: "app.synced", limit: "100" });
    const own = rows.filter(({ entry }) => entry.targets.some(({ id }) => id === "replayed"));
    assert.equal(own.length, 3, "the same again is no act");
    assert.match(JSON.stringify(own[0]), /functions_removed.*replayed-b/);
  });
});
