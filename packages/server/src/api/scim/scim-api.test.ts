import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, describe, it } from "node:test";
import { createIds, silentLog, systemClock, systemRandom } from "#kernel";
import { createScimApi } from "./scim-api.ts";
import type { Answer, ScimServer } from "./testing/scim-server.ts";
import { aUser, scimServer } from "./testing/scim-server.ts";

function isError(answer: Answer, status: number, scimType?: string): void {
  assert.deepEqual([answer.status, answer.body.scimType], [status, scimType], answer.text);
  assert.deepEqual(answer.body.schemas, ["urn:ietf:params:scim:api:messages:2.0:Error"]);
  assert.equal(answer.body.status, String(status));
  assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
}

describe("createScimApi()", () => {
  let server: ScimServer;
  before(async () => void (server = await scimServer()));
  after(() => server[Symbol.asyncDispose]());

  it("says of every route that it is the directories', and what the log says of it", async () => {
    const routes: string[] = [];
    const none = () => Promise.reject(new Error("Nobody asks here"));
    const app = createScimApi(
      {
        mode: "production",
        machineClock: systemClock,
        ids: createIds(systemClock, systemRandom),
        log: silentLog,
        audit: { note: () => undefined },
        publicUrl: () => "",
        authenticate: none,
        leaked: none,
      },
      (route) => routes.push(route),
    );
    // A route that says nothing does not come in, for which the server does not start.
    assert.throws(() => app.get("/scim/v2/open", () => "in"), /does not say/);
    const silent = { config: { access: "directory" } } as const;
    assert.throws(() => app.post("/scim/v2/silent", silent, () => "in"), /audit log/);
    await app.ready();
    const base = "/scim/v2/:connection";
    assert.deepEqual(
      routes
        .filter((route) => !/\*|Bulk|Me |\.search|:connection d|^[DP]\w+ \S+ directory -$/.test(route))
        .toSorted(),
      [
        `DELETE ${base}/Groups/:id directory directory.group_changed`,
        `DELETE ${base}/Users/:id directory directory.person_changed`,
        `GET ${base}/Groups directory -`,
        `GET ${base}/Groups/:id directory -`,
        `GET ${base}/ResourceTypes directory -`,
        `GET ${base}/ResourceTypes/:id directory -`,
        `GET ${base}/Schemas directory -`,
        `GET ${base}/Schemas/:id directory -`,
        `GET ${base}/ServiceProviderConfig directory -`,
        `GET ${base}/Users directory -`,
        `GET ${base}/Users/:id directory -`,
        `PATCH ${base}/Groups/:id directory directory.group_changed`,
        `PATCH ${base}/Users/:id directory directory.person_changed`,
        `POST ${base}/Groups directory directory.group_changed`,
        `POST ${base}/Users directory directory.person_changed`,
        `PUT ${base}/Groups/:id directory directory.group_changed`,
        `PUT ${base}/Users/:id directory directory.person_changed`,
      ],
    );
    await app.close();
  });

  it("tells what it does, and does what it tells", async () => {
    const { status, body } = await server.ask("GET", "/ServiceProviderConfig");
    assert.equal(status, 200);
    const { patch, bulk, filter, changePassword, sort, etag } = body;
    assert.deepEqual([patch.supported, bulk.supported, filter.supported], [true, false, true]);
    assert.deepEqual([changePassword.supported, sort.supported, etag.supported], [false, false, true]);
    assert.equal(filter.maxResults, 200);
    assert.equal(body.authenticationSchemes[0].type, "oauthbearertoken");
    assert.equal(body.meta.location, `${server.origin}/scim/v2/okta/ServiceProviderConfig`);
    isError(await server.ask("POST", "/Bulk", { body: {} }), 501);
    for (const method of ["GET", "PATCH"]) isError(await server.ask(method, "/Me"), 501);
  });

  it("lists its kinds of resources, whose addresses and schemas are there", async () => {
    const { body } = await server.ask("GET", "/ResourceTypes");
    assert.deepEqual([body.totalResults, body.itemsPerPage], [2, 2]);
    for (const type of body.Resources) {
      assert.equal((await server.ask("GET", type.endpoint)).status, 200);
      assert.equal((await server.ask("GET", `/Schemas/${type.schema}`)).body.id, type.schema);
      assert.deepEqual((await server.ask("GET", `/ResourceTypes/${type.id}`)).body, type);
    }
    isError(await server.ask("GET", "/ResourceTypes/Robot"), 404);
  });

  it("describes in its schemas what it answers of a user, and nothing that it does not keep", async () => {
    const { body } = await server.ask("GET", "/Schemas");
    const [user] = body.Resources;
    const names = user.attributes.map(({ name }: { name: string }) => name);
    assert.deepEqual(names, ["userName", "name", "displayName", "active", "emails", "groups"]);
    const made = await server.ask("POST", "/Users", {
      body: aUser("schema@acme.example", {
        name: { givenName: "A" },
        displayName: "A",
        emails: [{ value: "a@x.example" }],
        roles: [{ value: "owner" }],
        title: "T",
      }),
    });
    const common = new Set(["schemas", "id", "externalId", "meta"]);
    const shown = Object.keys(made.body).filter((key) => !common.has(key));
    assert.deepEqual(
      shown.filter((key) => !names.includes(key)),
      [],
    );
    isError(await server.ask("GET", "/Schemas/urn:none"), 404);
    isError(await server.ask("GET", "/Schemas?filter=x"), 403);
  });

  it("takes both media types, whatever follows them, and answers any other with 415", async () => {
    const ask = (type: string, name: string) =>
      server.ask("POST", "/Users", {
        body: aUser(`${name}@acme.example`),
        headers: { "content-type": type },
      });
    assert.equal((await ask("application/json", "m1")).status, 201);
    assert.equal((await ask("Application/SCIM+json; charset=utf-8", "m2")).status, 201);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
      isError(await ask(type, "m3"), 415);
  });

  it("answers what is no JSON, too large or strangely encoded in SCIM's form", async () => {
    isError(await server.ask("POST", "/Users", { body: "{" }), 400, "invalidSyntax");
    isError(await server.ask("POST", "/Users", { body: "[]" }), 400, "invalidSyntax");
    isError(await server.ask("POST", "/Users", { body: "null" }), 400, "invalidSyntax");
    const large = JSON.stringify({ userName: "x".repeat(256 * 1024) });
    isError(await server.ask("POST", "/Users", { body: large }), 413);
    const headers = { "content-encoding": "br" };
    isError(await server.ask("POST", "/Users", { body: aUser("br@acme.example"), headers }), 415);
  });

  it("unpacks a body that is packed, and not past what a body may have", async () => {
    const packed = (value: unknown) =>
      fetch(`${server.origin}/scim/v2/okta/Users`, {
        method: "POST",
        headers: {
          authorization: "Bearer token-of-okta",
          "content-type": "application/scim+json",
          "content-encoding": "gzip",
        },
        body: gzipSync(JSON.stringify(value)),
      });
    await server.pass(1000);
    assert.equal((await packed(aUser("packed@acme.example"))).status, 201);
    const bomb = await packed(aUser("bomb@acme.example", { title: "x".repeat(10_000_000) }));
    assert.deepEqual([bomb.status, (await bomb.json()).status], [413, "413"]);
  });

  it("tells of a fault of its own that there was one, and not which", async () => {
    const answer = await server.ask("GET", "/Users", { connection: "broken" });
    isError(answer, 500);
    assert.doesNotMatch(answer.text, /disk|srv|Error:/);
  });

  it("answers unknown paths with 404, and what it does not do with 501, in SCIM's form and to its directory alone", async () => {
    for (const [method, path] of [
      ["GET", "/Robots"],
      ["GET", ""],
      ["GET", "/Users/a/b"],
      ["OPTIONS", "/Users"],
    ] as const)
      isError(await server.ask(method, path), 404);
    for (const path of ["/.search", "/Users/.search", "/Groups/.search", "/Bulk"])
      isError(await server.ask("POST", path), 501);
    isError(await server.ask("GET", "/Robots", { token: null }), 401);
  });

  it("answers a method that what is there does not take with 405, and says which it takes", async () => {
    for (const [path, allowed] of [
      ["/ServiceProviderConfig", "GET"],
      ["/ResourceTypes", "GET"],
      ["/ResourceTypes/User", "GET"],
      ["/Schemas", "GET"],
      ["/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "GET"],
      ["/Users", "GET, POST"],
      ["/Groups", "GET, POST"],
      ["/Users/none", "GET, PUT, PATCH, DELETE"],
      ["/Groups/none", "GET, PUT, PATCH, DELETE"],
    ] as const) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (allowed.split(", ").includes(method)) continue;
        const answer = await server.ask(method, path);
        isError(answer, 405);
        assert.equal(answer.headers.get("allow"), allowed, `${method} ${path}`);
      }
    }
    isError(await server.ask("DELETE", "/Schemas", { token: null }), 401);
  });

  it("tells nothing of the machine: no version, no stack, nothing to keep", async () => {
    for (const path of ["/Users", "/Users/none", "/Users?filter=x", "/Nothing"]) {
      const { text, headers } = await server.ask("GET", path);
      assert.doesNotMatch(text, /node_modules|\.ts|at .*\(/);
      assert.deepEqual([headers.get("server"), headers.get("x-powered-by")], [null, null]);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    }
  });
});
