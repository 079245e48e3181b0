import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { readMessages } from "./http-messages.ts";

const stream = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

const seen = (bytes: Buffer): readonly (readonly [string, string])[] =>
  readMessages(bytes).map(({ line, body }) => [line, body.toString("utf8")]);

describe("readMessages()", () => {
  it("reads one message after another, with bodies of a stated length", () => {
    const bytes = stream(
      "POST /one HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
      "GET /two HTTP/1.1\r\nhost: x\r\n\r\n",
      "PUT /three HTTP/1.1\r\ncontent-length: 2\r\n\r\nde",
    );
    assert.deepEqual(seen(bytes), [
      ["POST /one HTTP/1.1", "abc"],
      ["GET /two HTTP/1.1", ""],
      ["PUT /three HTTP/1.1", "de"],
    ]);
    assert.deepEqual(
      readMessages(bytes).map(({ offset, isPlain }) => [offset, isPlain]),
      [
        [0, true],
        [bytes.indexOf("GET"), true],
        [bytes.indexOf("PUT"), true],
      ],
    );
  });

  it("puts chunks together, with extensions and trailers between them", () => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const bytes = stream(
      chunked,
      "3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nsum: 1\r\n\r\n",
      chunked,
      "A\r\n0123456789\r\n0\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
    );
    assert.deepEqual(seen(bytes), [
      ["HTTP/1.1 200 OK", "abcde"],
      ["HTTP/1.1 200 OK", "0123456789"],
      ["HTTP/1.1 204 No Content", ""],
    ]);
    assert.deepEqual(
      readMessages(bytes).map(({ isPlain }) => isPlain),
      [false, false, true],
    );
  });

  it("reads bodies through every content encoding, and through two", () => {
    const text = "a body that is long enough ".repeat(5);
    const forms: readonly (readonly [string, Buffer])[] = [
      ["gzip", gzipSync(text)],
      ["deflate", deflateSync(text)],
      ["br", brotliCompressSync(text)],
      ["zstd", zstdCompressSync(text)],
      ["gzip, br", brotliCompressSync(gzipSync(text))],
      ["identity", Buffer.from(text)],
    ];
    for (const [encoding, body] of forms) {
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
      const size = body.length.toString(16);
      assert.deepEqual(seen(stream(head, body)), [["HTTP/1.1 200 OK", text]], encoding);
      const chunkedHead = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ntransfer-encoding: chunked\r\n\r\n`;
      assert.deepEqual(seen(stream(chunkedHead, `${size}\r\n`, body, "\r\n0\r\n\r\n")), [
        ["HTTP/1.1 200 OK", text],
      ]);
    }
  });

  it("gives what there is of a message that was cut off", () => {
    assert.deepEqual(seen(stream("POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc")), [
      ["POST / HTTP/1.1", "abc"],
    ]);
    assert.deepEqual(seen(stream("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc")), [
      ["HTTP/1.1 200 OK", "abc"],
    ]);
    assert.deepEqual(seen(stream("POST / HTTP/1.1\r\ncontent-")), []);
  });

  it("reads an answer without a length to its end, and one to HEAD without a body", () => {
    assert.deepEqual(seen(stream("HTTP/1.1 200 OK\r\n\r\nto the end")), [["HTTP/1.1 200 OK", "to the end"]]);
    assert.deepEqual(
      seen(
        stream("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na"),
      ),
      [
        ["HTTP/1.1 200 OK", ""],
        ["HTTP/1.1 200 OK", "a"],
      ],
    );
  });

  it("gives nothing for bytes that are no HTTP", () => {
    assert.deepEqual(seen(stream("\x16\x03\x01 hello \r\n\r\n")), []);
  });
});
