import assert from "node:assert/strict";
import { it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { createInProcessServer } from "@holdfast/server/testing";
import { loadServer } from "./load-server.ts";
import type { ServerModule } from "./server-port.ts";

/** The two packages do not import one another: the compiler holds the server against what is expected of it here. */
const offered: ServerModule = { createInProcessServer };

const missing = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
    code: "ERR_MODULE_NOT_FOUND",
  });

it("the server is found where it is installed, and is what is expected", async () => {
  assert.equal((await loadServer()).createInProcessServer, offered.createInProcessServer);
});

it("without the server's package the error says how to install it", async () => {
  await assert.rejects(
    () => loadServer(() => Promise.reject(missing("@holdfast/server"))),
    (error) => isHoldfastError(error, "dependency_missing") && /npm i -D @holdfast\/server/.test(error.next),
  );
});

it("a server too old to have one for tests is named as that", async () => {
  await assert.rejects(
    () => loadServer(() => Promise.resolve({})),
    (error) => isHoldfastError(error, "dependency_missing") && error.message.includes("no server for tests"),
  );
});

it("a fault of the server's own is not taken for its absence", async () => {
  const fault = missing("fastify");
  await assert.rejects(
    () => loadServer(() => Promise.reject(fault)),
    (error) => error === fault,
  );
});
