import assert from "node:assert/strict";
import { test } from "node:test";
import { Holdfast } from "../client/client.ts";
import { serve } from "./cloudflare.ts";

const KEY = `signkey-test-${"5a".repeat(32)}`;

interface Env {
  readonly HOLDFAST_SIGNING_KEY: string;
}

test("serve() makes a client once for each environment", async () => {
  const made: Env[] = [];
  const fetch = serve((env: Env) => {
    made.push(env);
    return {
      client: new Holdfast({ id: "shop", baseUrl: "https://server.test", variables: { ...env } }),
      functions: [],
    };
  });
  const [one, two] = [{ HOLDFAST_SIGNING_KEY: KEY }, { HOLDFAST_SIGNING_KEY: KEY }];
  const request = (): Request => new Request("https://shop.example/api/inngest");
  for (const env of [one, one, two, one]) assert.equal((await fetch(request(), env)).status, 401);
  await fetch({ request: request(), env: two });
  assert.deepEqual(made, [one, two]);
});

test("an environment that no client can be made from is refused, and its fault is in the log alone", async (t) => {
  const log = t.mock.method(console, "error", () => {});
  const fetch = serve((env: Env) => ({
    client: new Holdfast({ id: "shop", baseUrl: "https://server.test", variables: { ...env } }),
    functions: [],
  }));
  const request = new Request("https://shop.example/api/inngest", { method: "OPTIONS" });
  for (const env of [{ HOLDFAST_SIGNING_KEY: "" }, { HOLDFAST_SIGNING_KEY: "canary" }, undefined]) {
    const response = await fetch(request, env);
    assert.equal(response.status, 401);
    assert.equal(await response.text(), '{"message":"Unauthorized"}');
  }
  assert.equal(log.mock.callCount(), 3);
  assert.ok(!JSON.stringify(log.mock.calls.map(({ arguments: words }) => String(words))).includes("canary"));
});
