import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { createCanary } from "./canaries.ts";
import type { Search } from "./leaks.ts";
import { assertNothingLeaks, findLeaks } from "./leaks.ts";
import { startListener } from "./listener.ts";
import { listen } from "./test-app.ts";
import type { WireTap } from "./wire-tap.ts";
import { startWireTap } from "./wire-tap.ts";

const canary = createCanary("event field");
const other = createCanary("result");

const folder = mkdtempSync(join(tmpdir(), "holdfast-leaks-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const search = (where: Partial<Search>): Search => ({
  taps: [],
  directories: [],
  logs: [],
  canaries: [canary, other],
  ...where,
});

const sentences = (where: Partial<Search>): readonly string[] =>
  findLeaks(search(where)).map(({ sentence }) => sentence);

/** What one exchange through a tap leaves in it. */
async function tapped(
  request: { readonly path?: string; readonly init?: RequestInit },
  answer: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<WireTap> {
  await using listener = await startListener(() => ({ status: 200, ...answer }));
  const tap = await startWireTap("app to server", () => Number(new URL(listener.origin).port));
  const reply = await fetch(`${tap.origin}${request.path ?? "/"}`, request.init);
  await reply.text();
  await tap[Symbol.asyncDispose]();
  return tap;
}

describe("findLeaks() in what goes over a wire", () => {
  it("finds a canary in a request's body, and says in which request and where", async () => {
    const body = JSON.stringify({ data: canary.text });
    const tap = await tapped({ path: "/e/secretKey", init: { method: "POST", body } });
    const [sentence = "", ...more] = sentences({ taps: [tap] });
    assert.deepEqual(more, []);
    assert.match(
      sentence,
      /^event field shows \(plain\) at byte \d+ of a request from app to server, "POST \/e\/… HTTP\/1\.1"$/,
    );
  });

  it("finds a canary in a path, in a header, and in an answer", async () => {
    const inPath = await tapped({ path: `/?q=${encodeURIComponent(canary.text)}` });
    const inHeader = await tapped({
      init: { headers: { "x-note": Buffer.from(canary.text).toString("hex") } },
    });
    const inAnswer = await tapped({}, { body: JSON.stringify(canary.text) });
    assert.match(sentences({ taps: [inPath] }).join(), /plain/);
    assert.match(sentences({ taps: [inHeader] }).join(), /\(hex\) at byte \d+ of a request/);
    assert.match(
      sentences({ taps: [inAnswer] }).join(),
      /a response from app to server, "HTTP\/1\.1 200 OK"/,
    );
  });

  it("finds a canary in a compressed request", async () => {
    const init = { method: "POST", headers: { "content-encoding": "br" } };
    const body = new Uint8Array(
      brotliCompressSync(JSON.stringify({ data: canary.text, more: "x".repeat(500) })),
    );
    assert.match(sentences({ taps: [await tapped({ init: { ...init, body } })] }).join(), /event field/);
  });

  it("finds a canary that is cut in two by a chunk", async () => {
    const [mark = ""] = canary.marks;
    const server = createServer((_request, response) => {
      response.write(mark.slice(0, 9));
      response.write(mark.slice(9), () => response.end());
    });
    const port = await listen(server, 0);
    const tap = await startWireTap("server to app", () => port);
    await (await fetch(tap.origin)).text();
    await tap[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    assert.match(sentences({ taps: [tap] }).join(), /the decoded body of a response from server to app/);
  });

  it("finds nothing where there is nothing", async () => {
    const tap = await tapped({ init: { method: "POST", body: "harmless" } }, { body: "harmless" });
    assert.deepEqual(sentences({ taps: [tap] }), []);
    assertNothingLeaks(search({ taps: [tap] }));
  });
});

describe("findLeaks() in a folder", () => {
  it("finds a canary in any file at any depth", () => {
    const deep = join(folder, "files/a/b");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "state.bin"), gzipSync(canary.text));
    assert.deepEqual(sentences({ directories: [join(folder, "files")] }), [
      "event field shows (gzip) at byte 0 of the file a/b/state.bin",
    ]);
  });

  it("finds a canary in a database: in its file, in its log that is not yet written back, and after it was deleted", () => {
    const home = join(folder, "database");
    mkdirSync(home);
    using database = new DatabaseSync(join(home, "holdfast.db"));
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA secure_delete = OFF; CREATE TABLE events (id INTEGER, data TEXT)",
    );
    database.prepare("INSERT INTO events VALUES (?, ?)").run(1, canary.text);
    const found = sentences({ directories: [home] }).join("\n");
    assert.match(found, /the file holdfast\.db-wal/);
    assert.match(found, /the table events in holdfast\.db/);

    database.exec("DELETE FROM events; PRAGMA wal_checkpoint(TRUNCATE)");
    const afterwards = sentences({ directories: [home] }).join("\n");
    assert.match(afterwards, /the file holdfast\.db$/m);
    assert.doesNotMatch(afterwards, /the table/);
  });

  it("finds a canary that the pages of a database cut in two, and one in a compressed value", () => {
    const home = join(folder, "pages");
    mkdirSync(home);
    using database = new DatabaseSync(join(home, "holdfast.db"));
    database.exec("PRAGMA page_size = 512; CREATE TABLE journal (data, packed BLOB)");
    // Marks at every distance from a page's end: some of them are cut.
    const [mark = ""] = canary.marks;
    for (let distance = 440; distance < 520; distance++) {
      database
        .prepare("INSERT INTO journal (data) VALUES (?)")
        .run("x".repeat(distance) + mark + "y".repeat(600));
    }
    database
      .prepare("INSERT INTO journal (packed) VALUES (?)")
      .run(brotliCompressSync(other.text.repeat(20)));
    const found = sentences({ directories: [home] }).join("\n");
    assert.match(found, /event field shows \(plain\) at byte \d+ of the table journal in holdfast\.db/);
    assert.match(found, /result shows \(\w+\) at byte 0 of packed of journal in holdfast\.db/);
  });
});

describe("findLeaks() in a log", () => {
  it("finds a canary in a line", () => {
    const lines = ["{}", JSON.stringify({ msg: `failed: ${canary.text}` })];
    assert.match(sentences({ logs: [{ name: "the server", lines }] }).join(), /of the log of the server$/);
    assert.deepEqual(sentences({ logs: [{ name: "the server", lines: ["{}"] }] }), []);
  });
});

describe("assertNothingLeaks()", () => {
  it("fails with the places, and not with the canary or what stands around it", () => {
    const logs = [{ name: "the app", lines: [`private ${canary.text} words`] }];
    assert.throws(
      () => assertNothingLeaks(search({ logs })),
      (error: Error) =>
        /event field shows \(plain\)/.test(error.message) &&
        canary.marks.every((mark) => !error.message.includes(mark)) &&
        !error.message.includes("private"),
    );
  });

  it("fails when there is nothing to look for, or a tap through which nothing went", async () => {
    const tap = await startWireTap("app to server", () => 1);
    await tap[Symbol.asyncDispose]();
    assert.throws(() => assertNothingLeaks(search({ canaries: [] })), /nothing to look for/);
    assert.throws(() => assertNothingLeaks(search({ taps: [tap] })), /nothing went through these taps/);
  });
});
