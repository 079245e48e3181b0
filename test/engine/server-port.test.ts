import assert from "node:assert/strict";
import { it } from "node:test";
import { createInProcessServer } from "@holdfast/server/testing";
import { loadServer } from "../../packages/sdk/src/test-engine/load-server.ts";
import type { ServerModule } from "../../packages/sdk/src/test-engine/server-port.ts";

/** The two packages do not import one another: the compiler holds the server against what the SDK expects of it here. */
const offered: ServerModule = { createInProcessServer };

it("the server for tests is what the test engine of the SDK expects, and the one it loads", async () => {
  assert.equal((await loadServer()).createInProcessServer, offered.createInProcessServer);
});
