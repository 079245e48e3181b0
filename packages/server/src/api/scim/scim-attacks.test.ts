import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { makeToken } from "@holdfast/protocol";
import type { Answer, ScimServer } from "./testing/scim-server.ts";
import { aPatch, aUser, scimServer } from "./testing/scim-server.ts";

const OFF = aPatch({ op: "replace", path: "active", value: false });

function isError(answer: Answer, status: number, scimType?: string): void {
  assert.deepEqual([answer.status, answer.body.scimType], [status, scimType], answer.text);
}

/** What the answer of a refusal shows, without what differs from request to request. */
function seen({ status, text, headers }: Answer): unknown {
  return [status, text, headers.get("content-type"), headers.get("www-authenticate"), headers.get("etag")];
}

describe("a directory that is hostile", () => {
  let server: ScimServer;
  before(async () => void (server = await scimServer()));
  after(() => server[Symbol.asyncDispose]());

  async function create(userName: string, connection = "okta") {
    const answer = await server.ask("POST", "/Users", { body: aUser(userName), connection });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  it("A-080 neither reads, changes nor removes users of another connection, and sees no difference to none", async () => {
    const foreign = await create("a080@globex.example", "entra");
    for (const [method, body] of [
      ["GET", undefined],
      ["PUT", aUser("a080@globex.example")],
      ["PATCH", OFF],
      ["DELETE", undefined],
    ] as const) {
      const answer = await server.ask(method, `/Users/${foreign.id}`, { body });
      isError(answer, 404);
      assert.deepEqual(seen(answer), seen(await server.ask(method, "/Users/no-such-user", { body })));
    }
    for (const filter of [`id eq "${foreign.id}"`, `userName eq "a080@globex.example"`]) {
      const { body } = await server.ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      assert.deepEqual([body.totalResults, body.Resources], [0, []]);
    }
    const kept = await server.ask("GET", `/Users/${foreign.id}`, { connection: "entra" });
    assert.deepEqual(kept.body, foreign);
  });

  it("A-080 takes nobody of another connection into its groups, and reaches none of that one's", async () => {
    const foreign = await create("a080-member@globex.example", "entra");
    const theirs = await server.ask("POST", "/Groups", {
      body: { displayName: "Theirs", members: [{ value: foreign.id }] },
      connection: "entra",
    });
    const members = [{ value: foreign.id }];
    isError(
      await server.ask("POST", "/Groups", { body: { displayName: "Ours", members } }),
      400,
      "invalidValue",
    );
    for (const [method, body] of [
      ["GET", undefined],
      ["PATCH", aPatch({ op: "remove", path: "members" })],
      ["PUT", { displayName: "Mine" }],
      ["DELETE", undefined],
    ] as const)
      isError(await server.ask(method, `/Groups/${theirs.body.id}`, { body }), 404);
    assert.equal((await server.ask("GET", "/Groups")).body.totalResults, 0);
    const kept = await server.ask("GET", `/Groups/${theirs.body.id}`, { connection: "entra" });
    assert.deepEqual(kept.body, theirs.body);
  });

  it("A-080 gets nowhere with its token at another connection's address", async () => {
    const token = "token-of-okta";
    const answer = await server.ask("GET", "/Users", { connection: "entra", token });
    isError(answer, 401);
    assert.deepEqual(seen(answer), seen(await server.ask("GET", "/Users", { connection: "none", token })));
  });

  it("A-081 makes nobody with an address that somebody has, or of a foreign domain", async () => {
    server.accounts.local.add("owner@acme.example");
    isError(await server.ask("POST", "/Users", { body: aUser("owner@acme.example") }), 409, "uniqueness");
    isError(await server.ask("POST", "/Users", { body: aUser("OWNER@acme.example") }), 409, "uniqueness");
    isError(await server.ask("POST", "/Users", { body: aUser("a@foreign.example") }), 400, "invalidValue");
    const { id } = await create("a081@acme.example");
    for (const value of ["owner@acme.example", "a081@foreign.example"]) {
      const body = aPatch({ op: "replace", path: "userName", value });
      assert.ok([400, 409].includes((await server.ask("PATCH", `/Users/${id}`, { body })).status));
    }
    assert.equal((await server.ask("GET", `/Users/${id}`)).body.userName, "a081@acme.example");
  });

  it("A-081 gives nobody a role, whichever way it asks", async () => {
    const roles = { roles: [{ value: "owner", primary: true }], entitlements: [{ value: "admin" }] };
    const made = await server.ask("POST", "/Users", { body: aUser("a081-gifted@acme.example", roles) });
    assert.equal(made.status, 201);
    const url = `/Users/${made.body.id}`;
    await server.ask("PATCH", url, { body: aPatch({ op: "add", value: roles }) });
    await server.ask("PATCH", url, {
      body: aPatch({ op: "replace", path: 'roles[primary eq "True"].value', value: "owner" }),
    });
    const { text } = await server.ask("GET", url);
    assert.doesNotMatch(text, /owner|admin|roles|entitlements/);
    assert.deepEqual(
      server.accounts.acts.filter((act) => act.endsWith(made.body.id)),
      [`created ${made.body.id}`],
    );
  });

  it("A-081 switches nobody on or off by words that only look like booleans", async () => {
    const { id } = await create("a081-active@acme.example");
    for (const value of ["0", "no", "", " true", "Falsch", 0, 1, null, [], {}, [false]]) {
      const body = aPatch({ op: "replace", path: "active", value });
      isError(await server.ask("PATCH", `/Users/${id}`, { body }), 400, "invalidValue");
    }
    assert.equal((await server.ask("GET", `/Users/${id}`)).body.active, true);
  });

  it("A-081 does not let somebody back in by a PUT that is silent about it", async () => {
    const { id, userName } = await create("a081-silent@acme.example");
    await server.ask("PATCH", `/Users/${id}`, { body: OFF });
    const { body } = await server.ask("PUT", `/Users/${id}`, { body: { userName } });
    assert.equal(body.active, false);
  });

  it("A-082 is refused filters that are no simple ones, whatever is in them", async () => {
    const filters = [
      "userName eq",
      "userName eq ",
      "userName",
      "userName eq x",
      'userName co "a"',
      "userName pr",
      'not (userName eq "a")',
      'userName eq "a" or userName eq "b"',
      'userName eq "a" and',
      'and userName eq "a"',
      'password eq "a"',
      'userName eq "a',
      'userName eq "a"; drop table users',
      'userName eq 1 or 1=1--"',
      "userName eq true",
      '__proto__ eq "a"',
      'constructor eq "a"',
      `${"(".repeat(300)}userName eq "a"${")".repeat(300)}`,
      Array.from({ length: 40 }, () => 'id eq "a"').join(" or "),
      Array.from({ length: 40 }, () => 'id eq "a"').join(" and "),
    ];
    for (const filter of filters) {
      const answer = await server.ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      isError(answer, 400, "invalidFilter");
      assert.doesNotMatch(answer.text, /drop table|__proto__/);
    }
    isError(
      await server.ask("GET", '/Users?filter=id%20eq%20"a"&filter=id%20eq%20"b"'),
      400,
      "invalidFilter",
    );
  });

  it("A-082 has its metacharacters compared, and not understood", async () => {
    for (const value of ["' or '1'='1", "%", ".*", "a@acme.example'; --", "(a+)+$", "*", "_"]) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(value)}`);
      const { status, body } = await server.ask("GET", `/Users?filter=${filter}`);
      assert.deepEqual([status, body.totalResults], [200, 0], value);
    }
  });

  it("A-083 changes nothing that is the server's, and no prototype", async () => {
    const user = await create("a083@acme.example");
    const url = `/Users/${user.id}`;
    const before = [
      Object.getOwnPropertyNames(Object.prototype),
      Object.getOwnPropertyNames(Array.prototype),
    ];
    const paths = [
      "id",
      "meta",
      "meta.location",
      "groups",
      "password",
      "__proto__",
      "__proto__.polluted",
      "constructor",
      "constructor.prototype.polluted",
      "prototype",
      "name.__proto__",
      "name.constructor",
      'emails[type eq "work"].__proto__',
      'emails[constructor eq "x"].value',
      "schemas",
      "<script>alert(1)</script>",
      "active; drop",
      "active.value",
      "a".repeat(5000),
    ];
    for (const path of paths) {
      for (const op of ["add", "replace"]) {
        const answer = await server.ask("PATCH", url, { body: aPatch({ op, path, value: "polluted" }) });
        assert.equal(answer.status, 400, `${op} ${path}: ${answer.text}`);
        assert.doesNotMatch(answer.text, /script|polluted/);
      }
    }
    for (const body of [
      '{"Operations":[{"op":"add","value":{"__proto__":{"polluted":1}}}]}',
      '{"Operations":[{"op":"add","value":{"name":{"__proto__":{"polluted":1}}}}]}',
      '{"Operations":[{"op":"add","value":{"constructor":{"prototype":{"polluted":1}}}}]}',
      '{"Operations":[{"__proto__":{"op":"add"},"op":"add","value":{"id":"x"}}]}',
      '{"Operations":[{"op":"add","value":{"id":"other"}}]}',
      '{"Operations":[{"op":"add","value":{"meta":{}}}]}',
      '{"Operations":[{"op":"add","value":{"password":"x"}}]}',
      '{"Operations":[{"op":"add","value":{"active":true,"ACTIVE":false,"Active":true}}],"operations":[]}',
      `{"Operations":[{"op":"add","path":"displayName","value":${"[".repeat(20_000)}${"]".repeat(20_000)}}]}`,
    ])
      assert.equal((await server.ask("PATCH", url, { body })).status, 400, body.slice(0, 90));
    for (const body of [
      '{"userName":"p@acme.example","__proto__":{}}',
      JSON.stringify(aUser("p@acme.example", { password: "x" })),
    ])
      assert.equal((await server.ask("POST", "/Users", { body })).status, 400);
    const after = [Object.getOwnPropertyNames(Object.prototype), Object.getOwnPropertyNames(Array.prototype)];
    assert.deepEqual(after, before);
    assert.deepEqual((await server.ask("GET", url)).body, user);
  });

  it("A-084 is refused to deactivate or remove an owner, by each way that there is", async () => {
    const { id, userName } = await create("a084-owner@acme.example");
    server.accounts.protected.add(userName);
    const asked = [
      await server.ask("PATCH", `/Users/${id}`, { body: OFF }),
      await server.ask("PATCH", `/Users/${id}`, {
        body: aPatch({ op: "replace", value: { active: "False" } }),
      }),
      await server.ask("PUT", `/Users/${id}`, { body: aUser(userName, { active: false }) }),
      await server.ask("DELETE", `/Users/${id}`),
    ];
    for (const answer of asked) isError(answer, 409, "mutability");
    assert.equal((await server.ask("GET", `/Users/${id}`)).body.active, true);
  });

  it("A-084 is stopped before it has deactivated everybody, and each change it made is in the log", async () => {
    const crowd: string[] = [];
    for (let count = 0; count < 20; count += 1)
      crowd.push((await create(`crowd${count}@globex.example`, "entra")).id);
    const ask = (id: string) => server.ask("PATCH", `/Users/${id}`, { body: OFF, connection: "entra" });
    const statuses: number[] = [];
    for (const id of crowd) statuses.push((await ask(id)).status);
    assert.ok(statuses.includes(409), String(statuses));
    assert.ok(statuses.lastIndexOf(200) < statuses.indexOf(409), "the guard holds once it is met");
    const logged = new Set(server.accounts.acts);
    const off = crowd.filter((_, index) => statuses[index] === 200);
    for (const id of off) assert.ok(logged.has(`changed ${id} active=false`));
  });

  it("A-084 has each turn of a switch in the log, and no turn that changes nothing", async () => {
    const { id } = await create("a084-toggle@acme.example");
    for (const value of [false, false, true, true, false]) {
      const body = aPatch({ op: "replace", path: "active", value });
      await server.ask("PATCH", `/Users/${id}`, { body });
    }
    assert.deepEqual(
      server.accounts.acts.filter((act) => act.startsWith(`changed ${id}`)),
      [false, true, false].map((active) => `changed ${id} active=${active}`),
    );
  });

  it("A-084 is told to wait past 25 requests in a second, and then goes on", async () => {
    await server.pass(1000);
    const ask = () => server.ask("GET", "/ServiceProviderConfig", { atOnce: true });
    const statuses: number[] = [];
    for (let count = 0; count < 26; count += 1) statuses.push((await ask()).status);
    assert.deepEqual(statuses, [...Array<number>(25).fill(200), 429]);
    const refused = await ask();
    isError(refused, 429);
    assert.equal(refused.headers.get("retry-after"), "1");
    const other = await server.ask("GET", "/Users", { connection: "entra", atOnce: true });
    assert.equal(other.status, 200, "another token has a rate of its own");
    isError(await ask(), 429);
    await server.pass(1000);
    assert.equal((await ask()).status, 200);
  });
});

describe("a stranger at the directories' door", () => {
  it("A-085 learns nothing without the token: not of a connection, a path or a body", async () => {
    await using server = await scimServer();
    const answers = [
      await server.ask("GET", "/Users", { token: null }),
      await server.ask("GET", "/Users", { token: "guess" }),
      await server.ask("GET", "/Users", { connection: "none" }),
      await server.ask("GET", "/Users", { connection: "__proto__" }),
      await server.ask("GET", "/Nothing", { token: null }),
      await server.ask("POST", "/Users", { token: null, body: "{" }),
      await server.ask("POST", "/Users", {
        token: null,
        body: "x",
        headers: { "content-type": "text/plain" },
      }),
      await server.ask("GET", "/ServiceProviderConfig", { token: null }),
      await server.ask("GET", "/Users?filter=(((", { token: null }),
    ];
    for (const answer of answers) {
      isError(answer, 401);
      assert.deepEqual(seen(answer), seen(answers[0]!));
    }
    assert.equal(answers[0]?.headers.get("www-authenticate"), "Bearer");
    assert.ok(server.notes.every(({ action, result }) => action === "access.denied" && result === "denied"));
    assert.doesNotMatch(JSON.stringify(server.notes), /guess|token-of/);
    const outside = await fetch(`${server.origin}/scim/v2`);
    assert.deepEqual([outside.status, (await outside.json()).status], [401, "401"]);
  });

  it("A-085 is told to wait after twenty guesses from one network, also with a good one", async () => {
    await using server = await scimServer();
    for (let count = 0; count < 20; count += 1)
      isError(await server.ask("GET", "/Users", { token: `guess-${count}` }), 401);
    const refused = await server.ask("GET", "/Users");
    isError(refused, 429);
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    await server.pass(60_000);
    assert.equal((await server.ask("GET", "/Users")).status, 200);
  });

  it("A-085 ends a token by writing it into a URL", async () => {
    await using server = await scimServer();
    const token = makeToken("scim", null, (count) => new Uint8Array(count).fill(7));
    const answer = await server.ask("GET", `/Users?token=${token}`);
    isError(answer, 400);
    assert.deepEqual(server.leaks, [token]);
    assert.ok(!answer.text.includes(token));
  });

  it("A-085 is nobody with two tokens in one request", async () => {
    await using server = await scimServer();
    const { hostname, port } = new URL(server.origin);
    const socket = connect(Number(port), hostname);
    const header = "authorization: Bearer token-of-okta\r\n";
    socket.end(`GET /scim/v2/okta/Users HTTP/1.1\r\nhost: x\r\n${header}${header}connection: close\r\n\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString("utf8"), /^HTTP\/1\.1 401 /);
  });
});
