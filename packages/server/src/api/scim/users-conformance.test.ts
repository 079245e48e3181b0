import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer, ScimServer } from "./testing/scim-server.ts";
import { aPatch, aUser, scimServer } from "./testing/scim-server.ts";

const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

function isError(answer: Answer, status: number, scimType?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
  const { schemas, status: told, scimType: type, detail } = answer.body;
  assert.deepEqual([schemas, told, type], [[ERROR], String(status), scimType]);
  assert.ok(typeof detail === "string" && detail.length > 10);
}

/** What the validator of Entra and the test suite of Okta ask of users. */
describe("users, as directories expect them", () => {
  let server: ScimServer;
  let made = 0;
  before(async () => void (server = await scimServer()));
  after(() => server[Symbol.asyncDispose]());

  async function create(more: Readonly<Record<string, unknown>> = {}) {
    made += 1;
    const answer = await server.ask("POST", "/Users", { body: aUser(`person${made}@acme.example`, more) });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }
  async function patched(id: string, ...operations: readonly Readonly<Record<string, unknown>>[]) {
    const answer = await server.ask("PATCH", `/Users/${id}`, { body: aPatch(...operations) });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  it("are made with 201, their address in Location and in meta, and what was sent", async () => {
    const answer = await server.ask("POST", "/Users", {
      body: aUser("ada@acme.example", {
        externalId: "00u1",
        name: { givenName: "Ada", familyName: "Byron", middleName: "K" },
        displayName: "Ada Byron",
        emails: [{ value: "ada@acme.example", type: "work", primary: true, display: "x" }],
        title: "Countess",
      }),
    });
    const { meta, id, ...rest } = answer.body;
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
    assert.deepEqual(rest, {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      externalId: "00u1",
      userName: "ada@acme.example",
      name: { givenName: "Ada", familyName: "Byron" },
      displayName: "Ada Byron",
      active: true,
      emails: [{ value: "ada@acme.example", type: "work", primary: true }],
    });
    assert.equal(meta.resourceType, "User");
    assert.equal(meta.location, `${server.origin}/scim/v2/okta/Users/${id}`);
    assert.equal(answer.headers.get("location"), meta.location);
    assert.equal(answer.headers.get("etag"), meta.version);
    assert.match(meta.version, /^W\/"\d+"$/);
    assert.match(meta.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(meta.lastModified, meta.created);
  });

  it("are read by the id they were made with", async () => {
    const user = await create({ externalId: "read" });
    const answer = await server.ask("GET", `/Users/${user.id}`);
    assert.deepEqual([answer.status, answer.body], [200, user]);
    assert.equal(answer.headers.get("etag"), user.meta.version);
  });

  it("that are not there are answered with 404 in SCIM's form", async () => {
    for (const method of ["GET", "DELETE"]) isError(await server.ask(method, "/Users/nobody"), 404);
    isError(await server.ask("PUT", "/Users/nobody", { body: aUser("n@acme.example") }), 404);
    const patch = aPatch({ op: "replace", path: "active", value: false });
    isError(await server.ask("PATCH", "/Users/nobody", { body: patch }), 404);
  });

  it("are found by userName whatever its case, and by externalId, id and address", async () => {
    const user = await create({ externalId: "Ext-1", emails: [{ value: "Home@x.example", type: "home" }] });
    const filters = [
      `userName eq "${user.userName.toUpperCase()}"`,
      `USERNAME EQ "${user.userName}"`,
      `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "${user.userName}"`,
      `externalId eq "Ext-1"`,
      `id eq "${user.id}"`,
      `emails.value eq "home@x.example"`,
      `externalId eq "Ext-1" and userName eq "${user.userName}"`,
    ];
    for (const filter of filters) {
      const { body } = await server.ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      assert.deepEqual([body.schemas, body.totalResults, body.Resources], [[LIST], 1, [user]], filter);
    }
    for (const filter of [`externalId eq "ext-1"`, `userName eq "nobody@acme.example"`]) {
      const { status, body } = await server.ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      assert.deepEqual([status, body.totalResults, body.Resources], [200, 0, []], filter);
    }
  });

  it("are not made twice: 409 uniqueness, also in another case", async () => {
    const user = await create({ externalId: "twice" });
    isError(await server.ask("POST", "/Users", { body: aUser(user.userName) }), 409, "uniqueness");
    const body = aUser(user.userName.toUpperCase());
    isError(await server.ask("POST", "/Users", { body }), 409, "uniqueness");
    const other = aUser("other@acme.example", { externalId: "twice" });
    isError(await server.ask("POST", "/Users", { body: other }), 409, "uniqueness");
  });

  it("without a userName, or with values of the wrong kind, are refused", async () => {
    const wrong = [
      { active: true },
      aUser(""),
      aUser("a@acme.example", { userName: 5 }),
      aUser("a@acme.example", { active: "yes" }),
      aUser("a@acme.example", { active: 1 }),
      aUser("a@acme.example", { emails: ["a@acme.example"] }),
      aUser("a@acme.example", { emails: [{ type: "work" }] }),
      aUser("a@acme.example", { name: "Ada" }),
      aUser("a@acme.example", { displayName: "x".repeat(321) }),
      aUser("a@acme.example", { displayName: "a\u202eb" }),
      aUser("a@acme.example", {
        emails: [
          { value: "1@x.example", primary: true },
          { value: "2@x.example", primary: true },
        ],
      }),
    ];
    for (const body of wrong) isError(await server.ask("POST", "/Users", { body }), 400, "invalidValue");
    const group = { ...aUser("a@acme.example"), schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"] };
    isError(await server.ask("POST", "/Users", { body: group }), 400, "invalidSyntax");
  });

  it("are not made by a request that cannot be answered as it asks", async () => {
    const query = `attributes=${"a,".repeat(60)}`;
    const body = aUser("unanswered@acme.example");
    isError(await server.ask("POST", `/Users?${query}`, { body }), 400, "invalidValue");
    const made = await server.ask("POST", "/Users", { body });
    assert.equal(made.status, 201);
    const path = `/Users/${String(made.body.id)}`;
    const put = { ...body, displayName: "Other" };
    isError(await server.ask("PUT", `${path}?${query}`, { body: put }), 400, "invalidValue");
    const patch = aPatch({ op: "replace", path: "displayName", value: "Other" });
    isError(await server.ask("PATCH", `${path}?${query}`, { body: patch }), 400, "invalidValue");
    assert.deepEqual((await server.ask("GET", path)).body, made.body);
  });

  it("are listed in pages that are true to their totals and to the order of ids", async () => {
    for (let count = 0; count < 5; count += 1) await create();
    const all = (await server.ask("GET", "/Users?count=200")).body;
    const ids = all.Resources.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, ids.toSorted());
    assert.deepEqual([all.totalResults, all.startIndex, all.itemsPerPage], [ids.length, 1, ids.length]);
    const paged: string[] = [];
    for (let start = 1; start <= ids.length; start += 2) {
      const { body } = await server.ask("GET", `/Users?startIndex=${start}&count=2`);
      assert.equal(body.totalResults, ids.length);
      assert.equal(body.startIndex, start);
      paged.push(...body.Resources.map(({ id }: { id: string }) => id));
    }
    assert.deepEqual(paged, ids);
  });

  it("are counted without being shown by a count of 0, and pages past the end are empty", async () => {
    const none = (await server.ask("GET", "/Users?count=0")).body;
    assert.deepEqual([none.itemsPerPage, none.Resources], [0, []]);
    assert.ok(none.totalResults > 0);
    const late = (await server.ask("GET", "/Users?startIndex=5000")).body;
    assert.deepEqual([late.totalResults, late.Resources], [none.totalResults, []]);
    const early = (await server.ask("GET", "/Users?startIndex=-3&count=-1")).body;
    assert.deepEqual([early.startIndex, early.itemsPerPage], [1, 0]);
    for (const query of ["count=many", "startIndex=1.5", "count=1&count=2", "startIndex=1e3"])
      isError(await server.ask("GET", `/Users?${query}`), 400, "invalidValue");
  });

  it("are shown with the attributes that are asked for, and always with id and schemas", async () => {
    const user = await create({ name: { givenName: "Ada", familyName: "B" }, displayName: "Ada" });
    const keys = async (query: string) =>
      Object.keys((await server.ask("GET", `/Users/${user.id}?${query}`)).body);
    assert.deepEqual(await keys("attributes=userName"), ["schemas", "id", "userName"]);
    assert.deepEqual(await keys("attributes=USERNAME,id"), ["schemas", "id", "userName"]);
    assert.deepEqual(await keys("excludedAttributes=name,meta,id"), [
      "schemas",
      "id",
      "userName",
      "displayName",
      "active",
    ]);
    const { body } = await server.ask("GET", `/Users/${user.id}?attributes=name.givenName`);
    assert.deepEqual(body.name, { givenName: "Ada" });
    const listed = await server.ask("GET", `/Users?attributes=userName&filter=id%20eq%20"${user.id}"`);
    assert.deepEqual(Object.keys(listed.body.Resources[0]), ["schemas", "id", "userName"]);
  });

  it("are changed by paths, as Entra sends them, with ops in capitals and booleans as text", async () => {
    const { id } = await create({ emails: [{ value: "old@acme.example", type: "work", primary: true }] });
    const after = await patched(
      id,
      { op: "Replace", path: "active", value: "False" },
      { op: "Replace", path: 'emails[type eq "work"].value', value: "new@acme.example" },
      { op: "Add", path: "name.givenName", value: "Ada" },
      { op: "Add", path: "name.familyName", value: "Byron" },
      { op: "Replace", path: "displayName", value: "Ada B" },
      { op: "Add", path: "externalId", value: "patched" },
      { op: "Add", path: 'phoneNumbers[type eq "work"].value', value: "+44" },
      {
        op: "Add",
        path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        value: "Engines",
      },
    );
    assert.equal(after.active, false);
    assert.deepEqual(after.emails, [{ value: "new@acme.example", type: "work", primary: true }]);
    assert.deepEqual(after.name, { givenName: "Ada", familyName: "Byron" });
    assert.deepEqual([after.displayName, after.externalId], ["Ada B", "patched"]);
    assert.equal((await patched(id, { op: "replace", path: "active", value: "True" })).active, true);
  });

  it("are changed without a path, as Okta sends it, and by names that are paths", async () => {
    const user = await create();
    assert.equal((await patched(user.id, { op: "replace", value: { active: false } })).active, false);
    const after = await patched(user.id, {
      op: "replace",
      value: {
        id: user.id,
        active: "true",
        "name.givenName": "Ada",
        'emails[type eq "work"].value': "ada@acme.example",
        displayName: "Ada",
      },
    });
    assert.equal(after.active, true);
    assert.deepEqual(after.name, { givenName: "Ada" });
    assert.deepEqual(after.emails, [{ value: "ada@acme.example", type: "work", primary: false }]);
  });

  it("have emails added, replaced and removed, of which one at most is the primary one", async () => {
    const { id } = await create({ emails: [{ value: "a@x.example", type: "work", primary: true }] });
    const added = await patched(id, {
      op: "add",
      path: "emails",
      value: [{ value: "b@x.example", type: "home", primary: true }],
    });
    assert.deepEqual(added.emails, [
      { value: "a@x.example", type: "work", primary: false },
      { value: "b@x.example", type: "home", primary: true },
    ]);
    const gone = await patched(id, { op: "remove", path: 'emails[type eq "home"]' });
    assert.deepEqual(gone.emails, [{ value: "a@x.example", type: "work", primary: false }]);
    const one = await patched(id, { op: "replace", path: "emails", value: [{ value: "c@x.example" }] });
    assert.deepEqual(one.emails, [{ value: "c@x.example", primary: false }]);
    // Entra sends what is shown of an address, which nobody keeps: an address that is not there is made by none of it.
    const shown = await patched(id, { op: "add", path: 'emails[type eq "home"].display', value: "Ada" });
    assert.deepEqual(shown.emails, one.emails);
    assert.equal((await patched(id, { op: "remove", path: "emails" })).emails, undefined);
  });

  it("lose optional attributes by remove, and never those that must be there", async () => {
    const { id } = await create({ displayName: "Ada", name: { givenName: "Ada", familyName: "B" } });
    const after = await patched(
      id,
      { op: "remove", path: "displayName" },
      { op: "remove", path: "name.familyName" },
    );
    assert.deepEqual([after.displayName, after.name], [undefined, { givenName: "Ada" }]);
    for (const path of ["userName", "active"]) {
      const body = aPatch({ op: "remove", path });
      isError(await server.ask("PATCH", `/Users/${id}`, { body }), 400, "mutability");
    }
    isError(await server.ask("PATCH", `/Users/${id}`, { body: aPatch({ op: "remove" }) }), 400, "noTarget");
  });

  it("are left as they are when one operation of several is wrong", async () => {
    const user = await create();
    const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ op: "replace", path: "nonsense", value: 1 }, "invalidPath"],
      [{ op: "replace", path: "active", value: "maybe" }, "invalidValue"],
      [{ op: "move", path: "active", value: true }, "invalidSyntax"],
      [{ op: "replace", path: "displayName" }, "invalidValue"],
      [{ op: "replace", path: 'emails[value eq "x"].value', value: "y" }, "noTarget"],
    ];
    for (const [operation, scimType] of wrong) {
      const body = aPatch({ op: "replace", path: "displayName", value: "Changed" }, operation);
      isError(await server.ask("PATCH", `/Users/${user.id}`, { body }), 400, scimType);
    }
    isError(await server.ask("PATCH", `/Users/${user.id}`, { body: aPatch() }), 400, "invalidSyntax");
    assert.deepEqual((await server.ask("GET", `/Users/${user.id}`)).body, user);
  });

  it("are replaced by PUT as a whole, but for active when it says nothing of it", async () => {
    const user = await create({ displayName: "Ada", externalId: "put" });
    await patched(user.id, { op: "replace", path: "active", value: false });
    const body = { ...aUser(user.userName), active: undefined, id: "other", name: { givenName: "A" } };
    const { status, body: after } = await server.ask("PUT", `/Users/${user.id}`, { body });
    assert.equal(status, 200);
    assert.deepEqual(
      [after.id, after.displayName, after.externalId, after.name, after.active],
      [user.id, undefined, undefined, { givenName: "A" }, false],
    );
    assert.notEqual(after.meta.version, user.meta.version);
  });

  it("are deactivated and come back by PUT, and stay readable meanwhile", async () => {
    const user = await create();
    for (const active of [false, true]) {
      await server.ask("PUT", `/Users/${user.id}`, { body: aUser(user.userName, { active }) });
      assert.equal((await server.ask("GET", `/Users/${user.id}`)).body.active, active);
    }
  });

  it("are gone after DELETE: 204, then 404, in no list, and their address is free", async () => {
    const user = await create();
    const gone = await server.ask("DELETE", `/Users/${user.id}`);
    assert.deepEqual([gone.status, gone.text], [204, ""]);
    isError(await server.ask("GET", `/Users/${user.id}`), 404);
    isError(await server.ask("DELETE", `/Users/${user.id}`), 404);
    const filter = encodeURIComponent(`userName eq "${user.userName}"`);
    assert.equal((await server.ask("GET", `/Users?filter=${filter}`)).body.totalResults, 0);
    assert.equal((await server.ask("POST", "/Users", { body: aUser(user.userName) })).status, 201);
  });

  it("change only in the version that If-Match names: 412 otherwise, and nothing changed", async () => {
    const user = await create();
    const body = aPatch({ op: "replace", path: "displayName", value: "New" });
    const ask = (method: string, match: string) =>
      server.ask(method, `/Users/${user.id}`, {
        headers: { "if-match": match },
        ...(method === "DELETE" ? {} : { body: method === "PUT" ? aUser(user.userName) : body }),
      });
    for (const method of ["PATCH", "PUT", "DELETE"]) isError(await ask(method, 'W/"99"'), 412);
    assert.deepEqual((await server.ask("GET", `/Users/${user.id}`)).body, user);
    const changed = await ask("PATCH", user.meta.version);
    assert.deepEqual([changed.status, changed.body.displayName], [200, "New"]);
    isError(await ask("PATCH", user.meta.version), 412);
    assert.equal((await ask("PUT", `W/"99", ${changed.body.meta.version}`)).status, 200);
    assert.equal((await ask("DELETE", "*")).status, 204);
  });

  it("are not sent again to who has their version", async () => {
    const user = await create();
    const headers = { "if-none-match": user.meta.version };
    assert.equal((await server.ask("GET", `/Users/${user.id}`, { headers })).status, 304);
    const other = { "if-none-match": 'W/"99"' };
    assert.equal((await server.ask("GET", `/Users/${user.id}`, { headers: other })).status, 200);
  });

  it("that others change at the same time are decided anew, and not overwritten", async () => {
    const user = await create();
    server.disturb(2);
    const after = await patched(user.id, { op: "replace", path: "active", value: false });
    assert.deepEqual([after.active, after.displayName], [false, "Other 0"]);
    server.disturb(2);
    const stale = await server.ask("PATCH", `/Users/${user.id}`, {
      headers: { "if-match": after.meta.version },
      body: aPatch({ op: "replace", path: "active", value: true }),
    });
    isError(stale, 412);
    // Whoever is always overtaken is told so, and does not hold the server for ever.
    server.disturb(100);
    const body = aPatch({ op: "replace", path: "active", value: true });
    isError(await server.ask("PATCH", `/Users/${user.id}`, { body }), 412);
    server.disturb(0);
  });
});
