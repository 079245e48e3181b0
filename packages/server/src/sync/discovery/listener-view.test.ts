import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { test } from "node:test";
import { openListenerView } from "./listener-view.ts";
import { compareListeners } from "./listeners.ts";

const listen = async (port: number): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  // A server that listens on TCP has an address with a port.
  return { server, port: (server.address() as AddressInfo).port };
};
const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

for (const platform of ["linux", "darwin"] as const) {
  const skip = platform === "linux" && process.platform !== "linux" ? "the kernel's table is Linux's" : false;
  test(`openListenerView() on ${platform} sees a socket open, restart and close`, { skip }, async () => {
    const view = openListenerView(platform);
    const first = await listen(0);
    const ports = new Set([first.port]);
    const before = await view.read(ports);
    assert.ok(before.has(first.port));
    assert.deepEqual(compareListeners(before, await view.read(ports)).opened, []);

    await close(first.server);
    const without = await view.read(ports);
    assert.equal(without.has(first.port), false);
    assert.ok(compareListeners(before, without).closed.includes(first.port));

    const second = await listen(first.port);
    const after = await view.read(ports);
    assert.ok(
      compareListeners(before, after).opened.includes(first.port),
      "a new socket on the old port has another id",
    );
    await close(second.server);
  });
}

test(
  "openListenerView() on Linux tells the user who opened a socket",
  { skip: process.platform !== "linux" },
  async () => {
    const { server, port } = await listen(0);
    const listeners = await openListenerView("linux").read(new Set());
    assert.equal(listeners.get(port)?.uid, process.getuid?.());
    await close(server);
  },
);

test("openListenerView() elsewhere looks less often the longer nothing changes", () => {
  const view = openListenerView("darwin");
  assert.equal(view.pauseMs(0), 2000);
  assert.equal(view.pauseMs(60_000), 15_000);
  assert.equal(view.pauseMs(3_600_000), 30_000);
});
