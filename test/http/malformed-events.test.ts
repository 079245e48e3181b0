import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { LIMITS } from "@holdfast/protocol";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { postEvents, request } from "./request.ts";

/** What must be refused, and with which words. Nothing of it may be stored. */
const REFUSED: readonly (readonly [what: string, body: string | Buffer, status: number, message: RegExp])[] =
  [
    ["an empty body", "", 400, /empty/],
    ["broken JSON", '{"name":"a"', 400, /not valid JSON/],
    ["a truncated batch", '[{"name":"a","data":{}},{"na', 400, /not valid JSON/],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400, /not UTF-8/],
    ["a number", "7", 400, /must contain an event object or an array/],
    ["text", '"hello"', 400, /must contain an event object or an array/],
    ["null", "null", 400, /must contain an event object or an array/],
    ["a batch with a number in it", "[7]", 400, /must contain an event object or an array/],
    ["no name", '{"data":{}}', 400, /event name is empty/],
    ["an empty name", '{"name":""}', 400, /event name is empty/],
    ["a name that is a number", '{"name":7}', 400, /must be text/],
    ["a name of 513 characters", JSON.stringify({ name: "n".repeat(513) }), 400, /at most 512/],
    ["a reserved name", '{"name":"inngest/function.finished"}', 400, /reserved for internal use/],
    ["a reserved name in capitals", '{"name":"INNGEST/x"}', 400, /reserved/],
    ["a reserved name with an invisible character", '{"name":"inn\\u200bgest/x"}', 400, /reserved/],
    ["a reserved name in full-width letters", '{"name":"ｉｎｎｇｅｓｔ／x"}', 400, /reserved/],
    ["data that is a list", '{"name":"a","data":[1]}', 400, /data must be an object, not an array/],
    ["data that is text", '{"name":"a","data":"x"}', 400, /data must be an object/],
    ["a user that is text", '{"name":"a","user":"x"}', 400, /user must be an object/],
    ["an id that is an object", '{"name":"a","id":{}}', 400, /id must be text/],
    ["an id of a million characters", JSON.stringify({ name: "a", id: "x".repeat(1e6) }), 400, /at most 512/],
    ["a time before 1980", '{"name":"a","ts":1}', 400, /before Jan 1, 1980/],
    ["a time after 2100", '{"name":"a","ts":4102444800001}', 400, /after Jan 1, 2100/],
    ["a time as text", '{"name":"a","ts":"now"}', 400, /whole number/],
    ["a version that is an object", '{"name":"a","v":{}}', 400, /v must be text/],
    [
      "six sessions",
      '{"name":"a","meta":{"sessions":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}}}',
      400,
      /at most 5/,
    ],
    ["a number beyond a double", '{"name":"a","data":{"n":1e999999}}', 400, /number/i],
    ["nesting 100,000 deep", `{"name":"a","data":{"d":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`, 400, /deep/i],
    [
      "objects nested 100,000 deep",
      `{"name":"a","data":${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}}`,
      400,
      /deep/i,
    ],
    ["3 MiB of opening brackets", "[".repeat(3 * 1024 * 1024), 400, /not valid JSON/],
    [
      "one event of 10 MB",
      JSON.stringify({ name: "a", data: { x: "x".repeat(10e6) } }),
      400,
      /over the max size: Max \d+ bytes \/ Size \d+ bytes/,
    ],
    ["a request of 17 MiB", " ".repeat(17 * 1024 * 1024), 413, /too large/],
    [
      "5,001 events",
      `[${Array.from({ length: 5001 }, () => '{"name":"a"}').join(",")}]`,
      400,
      /more than 5000 events/,
    ],
  ];

describe("POST /e/:key with malformed input", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  const storedCount = async (): Promise<number> => {
    const { json } = await request(server, "GET", "/v1/events");
    return (json as { data: unknown[] }).data.length;
  };

  for (const [what, body, status, message] of REFUSED) {
    it(`refuses ${what} and stores nothing`, async () => {
      const answer = await postEvents(server, body);
      assert.equal(answer.status, status, answer.text);
      const envelope = answer.json as { error: string; status: number };
      assert.equal(envelope.status, status);
      assert.match(envelope.error, message);
      assert.equal(await storedCount(), 0);
    });
  }

  it("refuses forms and multipart bodies", async () => {
    for (const [type, body] of [
      ["application/x-www-form-urlencoded", "name=a&data=b"],
      [
        "multipart/form-data; boundary=x",
        '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\na\r\n--x--',
      ],
    ] as const) {
      assert.equal((await postEvents(server, body, { "content-type": type })).status, 400);
    }
  });

  it("refuses a compressed body that unpacks to more than the limit, is no gzip, or is packed otherwise", async () => {
    const bomb = gzipSync(Buffer.alloc(LIMITS.eventRequestBytes + 1, 0x20));
    assert.equal((await postEvents(server, bomb, { "content-encoding": "gzip" })).status, 413);
    assert.equal((await postEvents(server, "{}", { "content-encoding": "gzip" })).status, 400);
    assert.equal((await postEvents(server, "{}", { "content-encoding": "br" })).status, 415);
  });

  it("answers in time and keeps answering after all of this", async () => {
    assert.equal((await request(server, "GET", "/health")).status, 200);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe("POST /e/:key with unusual but good input", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  const send = async (body: string | Buffer, headers?: Record<string, string>): Promise<string[]> => {
    const answer = await postEvents(server, body, headers);
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as { ids: string[] }).ids;
  };
  const read = async (id: string | undefined): Promise<Record<string, unknown>> => {
    const { json } = await request(server, "GET", `/v1/events/${id}`);
    return (json as { data: Record<string, unknown> }).data;
  };

  it("takes any content type, a byte order mark, and gzip", async () => {
    await send('{"name":"a"}', { "content-type": "text/plain" });
    await send('\ufeff{"name":"a"}');
    await send(gzipSync('{"name":"a"}'), { "content-encoding": "gzip" });
    await send('  \n[{"name":"a"}]');
  });

  it("keeps __proto__ and its like as plain data", async () => {
    const [id] = await send(
      '{"name":"a","data":{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":2}}',
    );
    const answer = await request(server, "GET", `/v1/events/${id}`);
    assert.match(answer.text, /"__proto__":\{"polluted":true\}/);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it("drops data._inngest, through which only the server speaks", async () => {
    const [id] = await send('{"name":"a","data":{"_inngest":{"fn_id":"x"},"kept":1}}');
    assert.deepEqual((await read(id))["data"], { kept: 1 });
  });

  it("takes the events before a bad one and says which they were", async () => {
    const answer = await postEvents(server, '[{"name":"good"},{"name":""},{"name":"after"}]');
    assert.equal(answer.status, 400);
    const { ids, error } = answer.json as { ids: string[]; error: string };
    assert.equal(ids.length, 1);
    assert.match(error, /event name is empty/);
    assert.equal((await read(ids[0]))["name"], "good");
  });

  it("takes the last of two equal keys, as JSON.parse does", async () => {
    const [id] = await send('{"name":"first","name":"last"}');
    assert.equal((await read(id))["name"], "last");
  });

  it("gives no ids for an empty batch", async () => {
    assert.deepEqual(await send("[]"), []);
  });

  it("gives the ids of the seed, in order, and nothing new when the request comes twice", async () => {
    const seed = { "x-inngest-event-id-seed": "1700000000000,AAAAAAAAAAAAAA==" };
    const first = await send('[{"name":"seeded"},{"name":"seeded"}]', seed);
    assert.deepEqual(await send('[{"name":"seeded"},{"name":"seeded"}]', seed), first);
    const { json } = await request(server, "GET", "/v1/events?name=seeded");
    assert.equal((json as { data: unknown[] }).data.length, 2);
    assert.ok((first[0] ?? "") < (first[1] ?? ""));
  });

  it("ignores a malformed seed", async () => {
    const [id] = await send('{"name":"a"}', { "x-inngest-event-id-seed": "nonsense" });
    assert.equal(id?.length, 26);
  });
});
