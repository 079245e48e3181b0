import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { fetchArchive } from "./fetch-archive.ts";

const ARCHIVE = "what is archived";
const LIMITS = {
  sha256: createHash("sha256").update(ARCHIVE).digest("hex"),
  withinMs: 30_000,
  bytesMax: 1000,
};

async function serve(handle: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.zip`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("fetchArchive()", { timeout: 60_000 }, () => {
  it("gives the archive whose digest is known", async () => {
    await using server = await serve((_, response) => response.end(ARCHIVE));
    assert.equal((await fetchArchive(server.url, LIMITS)).toString(), ARCHIVE);
  });

  it("gives no other, and says which it is", async () => {
    await using server = await serve((_, response) => response.end(`${ARCHIVE}!`));
    const digest = createHash("sha256").update(`${ARCHIVE}!`).digest("hex");
    await assert.rejects(fetchArchive(server.url, LIMITS), new RegExp(`its SHA-256 is ${digest}`));
  });

  it("gives up what never ends, by time and by size", async () => {
    await using slow = await serve((_, response) => void response.write(ARCHIVE));
    await assert.rejects(fetchArchive(slow.url, { ...LIMITS, withinMs: 200 }), /not here within 200 ms/);
    await using large = await serve((_, response) => void response.write("x".repeat(2000)));
    await assert.rejects(fetchArchive(large.url, LIMITS), /larger than 1000 bytes/);
  });

  it("says what was answered instead", async () => {
    await using server = await serve((_, response) => response.writeHead(404).end(ARCHIVE));
    await assert.rejects(fetchArchive(server.url, LIMITS), /answered 404/);
  });
});
