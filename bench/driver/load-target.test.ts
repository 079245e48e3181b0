import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { readBody } from "../http-call.ts";
import { connectTarget } from "./load-target.ts";

/** A server that ends a run before, or after, it answers the event that started it. */
async function listen(
  order: "end first" | "answer first",
  data: string,
): Promise<{ server: Server; origin: string }> {
  let stream: ServerResponse | undefined;
  let count = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/holdfast/v1/follow") === true) {
      stream = response.writeHead(200, { "content-type": "text/event-stream" });
      stream.write(": hello\n\n");
      return;
    }
    void readBody(request).then(() => {
      count += 1;
      const eventId = `event-${count}`;
      const update = { kind: "journal", eventId, entry: { kind: "run.ended", data } };
      const text = `data: ${JSON.stringify(update)}\n\n`;
      const answer = (): unknown => response.end(JSON.stringify({ ids: [eventId], status: 200 }));
      if (order === "answer first") {
        answer();
        setImmediate(() => stream?.write(text));
      } else {
        // In two pieces, as a network may cut them.
        stream?.write(text.slice(0, 20));
        stream?.write(text.slice(20), answer);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://127.0.0.1:${port}` };
}

for (const order of ["end first", "answer first"] as const)
  test(`connectTarget() settles a run whose server does "${order}"`, async () => {
    const { server, origin } = await listen(order, '{"output":{"ok":true}}');
    const target = await connectTarget({ kind: "follow", origin, eventKey: "k", bearer: "b" }, 2);
    await Promise.all([target.run("w1", 1), target.run("w1", 2), target.run("w1", 3)]);
    await target.close();
    server.closeAllConnections();
    server.close();
  });

test("connectTarget() rejects a run that ended with an error", async () => {
  const { server, origin } = await listen("answer first", '{"error":{"name":"Error","message":"no"}}');
  const target = await connectTarget({ kind: "follow", origin, eventKey: "k", bearer: "b" }, 2);
  await assert.rejects(target.run("w1", 1), /The run failed/);
  await target.close();
  server.closeAllConnections();
  server.close();
});
