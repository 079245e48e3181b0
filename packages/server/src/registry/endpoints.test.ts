import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { Registry } from "./contract.ts";
import { vouchedOrigin } from "./endpoints.ts";
import { NOW, openRegistry, registration } from "./testing/registrations.ts";

const NOBODY = { origins: [], thisMachine: false };
const OPERATOR = { origins: ["https://shop.example"], thisMachine: false };

describe("vouchedOrigin()", () => {
  it("knows the origins of registered apps, and those that an operator named", () => {
    assert.equal(vouchedOrigin("https://shop.example", OPERATOR, []), "https://shop.example");
    assert.equal(vouchedOrigin("HTTPS://SHOP.example:443/x?y", OPERATOR, []), "https://shop.example");
    const apps = ["http://app:3000/api/inngest"];
    assert.equal(vouchedOrigin("http://app:3000", NOBODY, apps), "http://app:3000");
    assert.equal(vouchedOrigin("http://app:3001", NOBODY, apps), null);
  });

  it("takes http for the https that was vouched for, and never the other way round", () => {
    assert.equal(vouchedOrigin("http://shop.example", OPERATOR, []), "https://shop.example");
    assert.equal(vouchedOrigin("https://app:3000", NOBODY, ["http://app:3000/"]), null);
  });

  it("trusts every port of this machine where it may, by its plain names only", () => {
    const here = { origins: [], thisMachine: true };
    for (const origin of [
      "http://localhost:3000",
      "http://127.0.0.1:1",
      "http://[::1]:3000",
      "http://127.1.2.3",
    ])
      assert.equal(vouchedOrigin(origin, here, []), origin);
    for (const origin of [
      "http://localhost.evil.example",
      "http://127.0.0.1.evil.example",
      "http://10.0.0.1",
      "http://169.254.169.254",
      "http://user@localhost",
      "ws://localhost",
      "localhost:3000",
      "",
    ])
      assert.equal(vouchedOrigin(origin, here, []), null, origin);
    assert.equal(vouchedOrigin("http://localhost:3000", NOBODY, []), null);
  });
});

describe("Registry.endpoint()", () => {
  const endpoint = { origin: "https://shop.example", method: "GET", name: "GET /pay", retries: 2 };
  const open = async (): Promise<{ registry: Registry; again(): Promise<Registry> }> => openRegistry();

  it("makes the function of an endpoint once, and keeps it over a restart", async () => {
    const { registry, again } = await open();
    const made = await registry.endpoint(endpoint, NOW);
    assert.equal(made.name, "GET /pay");
    assert.equal(made.appName, "https://shop.example");
    assert.equal(made.url, "https://shop.example/");
    assert.equal(made.attemptsMax, 3);
    assert.equal(made.configuration.endpoint, true);
    assert.equal(await registry.endpoint(endpoint, NOW + 1), made);
    const restarted = (await again()).function(made.id);
    assert.deepEqual(restarted, made);
  });

  it("keeps the others of its app, and makes a new version when the retries change", async () => {
    const { registry } = await open();
    const pay = await registry.endpoint(endpoint, NOW);
    const post = await registry.endpoint({ ...endpoint, method: "POST", name: "POST /pay" }, NOW);
    const patient = await registry.endpoint({ ...endpoint, retries: 0 }, NOW);
    assert.equal(patient.id, pay.id);
    assert.equal(patient.version, 2);
    assert.equal(patient.attemptsMax, 1);
    assert.equal(registry.function(post.id)?.archived, false);
    assert.equal(registry.function(post.id)?.version, 1);
  });

  it("loses none of those that are made at the same time", async () => {
    const { registry } = await open();
    const names = Array.from({ length: 20 }, (_, index) => `GET /${index}`);
    const made = await Promise.all(names.map((name) => registry.endpoint({ ...endpoint, name }, NOW)));
    assert.deepEqual(
      made.map(({ name }) => name),
      names,
    );
    assert.ok(made.every(({ id }) => registry.function(id)?.archived === false));
  });

  it("keeps apart what could be taken for one another, and is no app that registers", async () => {
    const { registry } = await open();
    const one = await registry.endpoint({ ...endpoint, origin: "https://a", name: "b-c" }, NOW);
    const other = await registry.endpoint({ ...endpoint, origin: "https://a-b", name: "c" }, NOW);
    assert.notEqual(one.slug, other.slug);
    assert.equal(registry.functionBySlug(one.slug)?.id, one.id);
    assert.deepEqual(registry.apps(), []);
    const outcome = await registry.register(registration([], { appName: "https://a" }), NOW);
    assert.equal(outcome.ok, false);
    assert.equal(registry.function(one.id)?.archived, false);
  });

  it("lets further paths share one function for each method, past the limit of an app", async () => {
    const { registry } = await open();
    const long = await registry.endpoint(
      { ...endpoint, name: `GET /${"x".repeat(LIMITS.identifierChars)}` },
      NOW,
    );
    assert.equal(long.name, "GET *");
  });

  it("vouches for nobody when nothing is set", async () => {
    const { registry } = await open();
    assert.equal(registry.endpointOrigin("https://shop.example"), null);
    await registry.register(registration(), NOW);
    const [app] = registry.apps();
    assert.equal(registry.endpointOrigin(app?.url ?? ""), new URL(app?.url ?? "").origin);
  });
});
