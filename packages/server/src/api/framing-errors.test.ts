import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { framingErrors } from "./framing-errors.ts";

describe("framingErrors()", () => {
  let app: FastifyInstance;
  before(async () => {
    app = fastify({
      routerOptions: { maxParamLength: 8 },
      ...framingErrors("cloud"),
    });
    app.get("/:name", async () => "hello");
    await app.listen({ host: "127.0.0.1", port: 0 });
  });
  after(() => app.close());

  for (const [what, text, status] of [
    ["a path that cannot be decoded", "GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
    ["a path part over the limit", "GET /123456789 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
  ] as const) {
    it(`answers ${what} with ${status}, in the body too`, { timeout: 10_000 }, async () => {
      const answer = await exchange(app, text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(answer, /\r\nx-inngest-server-kind: cloud\r\n/);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as {
        status: unknown;
        error: unknown;
      };
      assert.equal(body.status, status);
      assert.equal(typeof body.error, "string");
    });
  }
});

/** Everything the server says until it closes the connection. */
async function exchange(app: FastifyInstance, text: string): Promise<string> {
  // A server that listens on TCP has an address of this form.
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  // How the end comes, as a reset or in good order, is the system's choice.
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  socket.write(text);
  await closed;
  return answer;
}
