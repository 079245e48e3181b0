import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { nodeDigest } from "#kernel";
import { createKeys } from "#keys";
import { browserGuard } from "./browser-guard.ts";
import type { ApiContext } from "./context.ts";

function guarded(mode: ApiContext["mode"], isOnLan = false): FastifyInstance {
  const app = fastify();
  const keys = createKeys({ signingKeys: [], eventKeys: ["key"], digest: nodeDigest });
  const parts: Pick<ApiContext, "mode" | "isOnLan" | "keys"> = { mode, isOnLan, keys };
  // The guard looks at nothing else.
  browserGuard(app, parts as ApiContext);
  app.post("/e/:key", { config: { access: "event-key" } }, () => "in");
  app.get("/v1/events", { config: { access: "signing-key" } }, () => "in");
  return app;
}

describe("browserGuard()", () => {
  it("answers a browser that asks beforehand, so that it sends its event at all", async () => {
    const answer = await guarded("production").inject({
      method: "OPTIONS",
      url: "/e/key",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-inngest-sdk",
      },
    });
    assert.equal(answer.statusCode, 204);
    assert.equal(answer.headers["access-control-allow-origin"], "https://shop.example");
    assert.equal(answer.headers["access-control-allow-methods"], "POST");
    assert.equal(answer.headers["access-control-allow-headers"], "*");
    assert.equal(answer.headers["vary"], "origin");
  });

  it("A-048 tells a browser nothing of a key that is none", async () => {
    const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
    const answer = await guarded("production").inject({ method: "OPTIONS", url: "/e/other", headers });
    assert.deepEqual([answer.statusCode, answer.headers["access-control-allow-origin"]], [204, undefined]);
  });

  it("shares no other route across origins", async () => {
    for (const method of ["GET", "OPTIONS"] as const) {
      const headers = { origin: "https://shop.example" };
      const answer = await guarded("production").inject({ method, url: "/v1/events", headers });
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
  });

  it("takes pages of private networks and of its own host on a network, and none of the internet", async () => {
    const status = async (host: string, origin: string): Promise<number> =>
      (await guarded("dev", true).inject({ url: "/v1/events", headers: { host, origin } })).statusCode;
    const host = "192.168.1.20:8288";
    for (const page of [
      "http://192.168.1.30",
      "http://10.1.2.3:3000",
      "http://172.31.0.1",
      "http://[fd00::1]",
    ]) {
      assert.equal(await status(host, page), 200, page);
    }
    for (const page of ["http://203.0.113.5", "http://172.32.0.1", "http://[2001:db8::1]", "null"]) {
      assert.equal(await status(host, page), 403, page);
    }
    assert.equal(await status("203.0.113.5:8288", "http://203.0.113.5:3000"), 200);
    assert.equal(await status("[2001:db8::1]:8288", "http://[2001:db8::1]:3000"), 200);
  });

  it("takes no page of the network when only this machine may ask", async () => {
    const headers = { host: "localhost:8288", origin: "http://192.168.1.30" };
    assert.equal((await guarded("dev").inject({ url: "/v1/events", headers })).statusCode, 403);
  });
});
