import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { freePort, isFree } from "./free-port.ts";

test("freePort() returns the wanted port when it is free, and a later one when it is taken", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  assert.equal(await isFree("127.0.0.1", port), false);
  const other = await freePort("127.0.0.1", port);
  assert.ok(other !== null && other > port);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await freePort("127.0.0.1", port), port);
  assert.equal(await freePort("127.0.0.1", 0), 0);
});
