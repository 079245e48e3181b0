import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { requestGuard } from "./request-guard.ts";

function guarded(): FastifyInstance {
  const app = fastify();
  requestGuard(app);
  app.setErrorHandler((error: { code?: string }, _request, reply) => reply.code(400).send(error.code));
  app.all("/guarded", { config: { access: "signing-key" } }, () => "in");
  app.all("/open", { config: { access: "open" } }, () => "in");
  return app;
}

describe("requestGuard()", () => {
  it("refuses a parameter that is given twice, whatever its name", async () => {
    for (const query of ["a=1&a=2", "b=1&a=1&a=1", "__proto__=1&__proto__=2", "a&a"]) {
      assert.equal((await guarded().inject(`/guarded?${query}`)).body, "request_invalid", query);
    }
    assert.equal((await guarded().inject("/guarded?a=1&b=1&__proto__=1")).body, "in");
  });

  it("refuses compressed bodies", async () => {
    for (const encoding of ["gzip", "br", "gzip, gzip", "GZIP"]) {
      const answer = await guarded().inject({
        method: "POST",
        url: "/guarded",
        headers: { "content-encoding": encoding },
      });
      assert.equal(answer.body, "body_encoding_unsupported", encoding);
    }
    const plain = { method: "POST", url: "/guarded", headers: { "content-encoding": "identity" } } as const;
    assert.equal((await guarded().inject(plain)).body, "in");
  });

  it("leaves other routes alone", async () => {
    assert.equal((await guarded().inject("/open?a=1&a=2")).body, "in");
  });
});
