import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer, ScimServer } from "./testing/scim-server.ts";
import { aPatch, aUser, scimServer } from "./testing/scim-server.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

function isError(answer: Answer, status: number, scimType?: string): void {
  assert.deepEqual([answer.status, answer.body.scimType], [status, scimType], answer.text);
  assert.equal(answer.body.status, String(status));
}

/** What the validator of Entra and the test suite of Okta ask of groups. */
describe("groups, as directories expect them", () => {
  let server: ScimServer;
  let users: readonly string[] = [];
  let made = 0;
  before(async () => {
    server = await scimServer();
    const answers = await Promise.all(
      ["a", "b", "c"].map((name) =>
        server.ask("POST", "/Users", {
          body: aUser(`${name}@acme.example`, { displayName: name.toUpperCase() }),
        }),
      ),
    );
    users = answers.map(({ body }): string => body.id).toSorted();
  });
  after(() => server[Symbol.asyncDispose]());

  async function create(members: readonly string[] = [], more: Readonly<Record<string, unknown>> = {}) {
    made += 1;
    const body = {
      schemas: [GROUP],
      displayName: `Group ${made}`,
      members: members.map((value) => ({ value })),
      ...more,
    };
    const answer = await server.ask("POST", "/Groups", { body });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }
  async function patch(id: string, ...operations: readonly Readonly<Record<string, unknown>>[]) {
    return server.ask("PATCH", `/Groups/${id}`, { body: aPatch(...operations) });
  }
  async function membersOf(id: string): Promise<readonly string[]> {
    const { body } = await server.ask("GET", `/Groups/${id}`);
    return (body.members ?? []).map(({ value }: { value: string }) => value).toSorted();
  }

  it("are made with their members, and read again by id, with pointers to them", async () => {
    const group = await create([users[0]!], { externalId: "g-1" });
    assert.deepEqual(group.schemas, [GROUP]);
    assert.equal(group.externalId, "g-1");
    assert.equal(group.meta.resourceType, "Group");
    assert.equal(group.meta.location, `${server.origin}/scim/v2/okta/Groups/${group.id}`);
    const [member, ...others] = group.members;
    assert.deepEqual(others, []);
    assert.equal(member.value, users[0]);
    assert.equal(member.type, "User");
    assert.equal(member.$ref, `${server.origin}/scim/v2/okta/Users/${users[0]}`);
    assert.deepEqual(Object.keys(member).toSorted(), ["$ref", "type", "value"]);
    assert.deepEqual((await server.ask("GET", `/Groups/${group.id}`)).body, group);
  });

  it("show themselves in their members", async () => {
    const group = await create([users[1]!]);
    const { body } = await server.ask("GET", `/Users/${users[1]}`);
    const found = body.groups.find(({ value }: { value: string }) => value === group.id);
    assert.deepEqual(found, { value: group.id, $ref: group.meta.location, display: group.displayName });
  });

  it("are found by displayName whatever its case, by externalId and by id, and by nothing else", async () => {
    const group = await create([], { externalId: "G-Find" });
    for (const filter of [
      `displayName eq "${group.displayName.toUpperCase()}"`,
      `externalId eq "G-Find"`,
      `id eq "${group.id}"`,
    ]) {
      const { body } = await server.ask("GET", `/Groups?filter=${encodeURIComponent(filter)}`);
      assert.deepEqual([body.totalResults, body.Resources[0]], [1, group], filter);
    }
    for (const filter of [`members eq "${users[0]}"`, `userName eq "a@acme.example"`])
      isError(await server.ask("GET", `/Groups?filter=${encodeURIComponent(filter)}`), 400, "invalidFilter");
  });

  it("come without members by excludedAttributes, as Entra asks", async () => {
    const group = await create([users[0]!]);
    const one = await server.ask("GET", `/Groups/${group.id}?excludedAttributes=members`);
    assert.equal(one.body.members, undefined);
    assert.equal(one.body.displayName, group.displayName);
    const filter = encodeURIComponent(`id eq "${group.id}"`);
    const { body } = await server.ask("GET", `/Groups?excludedAttributes=members&filter=${filter}`);
    assert.equal(body.Resources[0].members, undefined);
  });

  it("are not made twice: 409 uniqueness", async () => {
    const group = await create();
    const body = { schemas: [GROUP], displayName: group.displayName.toLowerCase() };
    isError(await server.ask("POST", "/Groups", { body }), 409, "uniqueness");
  });

  it("without a displayName, or with members that are none, are refused", async () => {
    const wrong = [
      { members: [] },
      { displayName: "" },
      { displayName: "X", members: [{ value: "nobody" }] },
      { displayName: "X", members: [{ display: "A" }] },
      { displayName: "X", members: ["id"] },
      { displayName: "X", members: [{ value: users[0], type: "Group" }] },
    ];
    for (const body of wrong) isError(await server.ask("POST", "/Groups", { body }), 400, "invalidValue");
  });

  it("answer a PATCH with 204 and their new version, or as a whole to who asks for attributes", async () => {
    const group = await create();
    const operation = { op: "replace", path: "displayName", value: "Renamed" };
    const answer = await patch(group.id, operation);
    assert.deepEqual([answer.status, answer.text], [204, ""]);
    const { body } = await server.ask("GET", `/Groups/${group.id}`);
    assert.equal(body.displayName, "Renamed");
    assert.equal(answer.headers.get("etag"), body.meta.version);
    assert.notEqual(body.meta.version, group.meta.version);
    const whole = await server.ask("PATCH", `/Groups/${group.id}?attributes=displayName`, {
      body: aPatch(operation),
    });
    assert.deepEqual([whole.status, whole.body.displayName], [200, "Renamed"]);
  });

  it("are renamed as Okta does it: without a path, and with their own id", async () => {
    const group = await create([users[0]!]);
    const value = { id: group.id, displayName: "Renamed by Okta" };
    assert.equal((await patch(group.id, { op: "replace", value })).status, 204);
    const { body } = await server.ask("GET", `/Groups/${group.id}`);
    assert.equal(body.displayName, "Renamed by Okta");
    assert.deepEqual(await membersOf(group.id), [users[0]]);
  });

  it("have members added: one, several, one again, and without a path", async () => {
    const { id } = await create();
    await patch(id, { op: "Add", path: "members", value: [{ $ref: null, value: users[0] }] });
    assert.deepEqual(await membersOf(id), [users[0]]);
    await patch(id, { op: "add", path: "members", value: users.slice(0, 2).map((value) => ({ value })) });
    assert.deepEqual(await membersOf(id), users.slice(0, 2));
    await patch(id, { op: "add", value: { members: [{ value: users[2] }] } });
    assert.deepEqual(await membersOf(id), users);
  });

  it("have members removed: by a filter, by a list as Entra sends it, and all of them", async () => {
    const { id } = await create(users);
    await patch(id, { op: "remove", path: `members[value eq "${users[0]}"]` });
    assert.deepEqual(await membersOf(id), users.slice(1));
    await patch(id, { op: "Remove", path: "members", value: [{ value: users[1] }] });
    assert.deepEqual(await membersOf(id), users.slice(2));
    assert.equal((await patch(id, { op: "remove", path: `members[value eq "nobody"]` })).status, 204);
    assert.deepEqual(await membersOf(id), users.slice(2));
    await patch(id, { op: "remove", path: "members" });
    assert.deepEqual(await membersOf(id), []);
  });

  it("keep their members when Entra removes an empty list", async () => {
    const { id } = await create(users);
    assert.equal((await patch(id, { op: "Remove", path: "members", value: [] })).status, 204);
    assert.deepEqual(await membersOf(id), users);
  });

  it("have members replaced, and added and removed in one PATCH", async () => {
    const { id } = await create(users.slice(0, 1));
    await patch(id, { op: "replace", path: "members", value: [{ value: users[1] }] });
    assert.deepEqual(await membersOf(id), [users[1]]);
    await patch(
      id,
      { op: "remove", path: `members[value eq "${users[1]}"]` },
      { op: "add", path: "members", value: [{ value: users[2] }] },
    );
    assert.deepEqual(await membersOf(id), [users[2]]);
  });

  it("are left as they are by a PATCH that is wrong", async () => {
    const group = await create([users[0]!]);
    const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ op: "add", path: "members", value: [{ value: "nobody" }] }, "invalidValue"],
      [{ op: "remove", path: `members[value eq "${users[0]}" or value eq "x"]` }, "invalidPath"],
      [{ op: "remove", path: `members[value eq]` }, "invalidPath"],
      [{ op: "remove", path: `members[display eq "A"]` }, "invalidPath"],
      [{ op: "replace", path: `members[value eq "${users[0]}"]`, value: {} }, "invalidPath"],
      [{ op: "remove", path: "displayName" }, "mutability"],
      [{ op: "replace", path: "owner", value: "x" }, "invalidPath"],
    ];
    for (const [operation, scimType] of wrong) isError(await patch(group.id, operation), 400, scimType);
    assert.deepEqual((await server.ask("GET", `/Groups/${group.id}`)).body, group);
  });

  it("are replaced by PUT, members and all", async () => {
    const { id } = await create(users);
    const body = { schemas: [GROUP], displayName: "Put", members: [{ value: users[2] }] };
    const answer = await server.ask("PUT", `/Groups/${id}`, { body });
    assert.deepEqual([answer.status, answer.body.displayName], [200, "Put"]);
    assert.deepEqual(await membersOf(id), [users[2]]);
    await server.ask("PUT", `/Groups/${id}`, { body: { schemas: [GROUP], displayName: "Put" } });
    assert.deepEqual(await membersOf(id), []);
  });

  it("are gone after DELETE, and their members stay", async () => {
    const { id } = await create(users);
    assert.equal((await server.ask("DELETE", `/Groups/${id}`)).status, 204);
    isError(await server.ask("GET", `/Groups/${id}`), 404);
    isError(await server.ask("DELETE", `/Groups/${id}`), 404);
    assert.equal((await server.ask("GET", `/Users/${users[0]}`)).status, 200);
  });

  it("lose members that are removed as users", async () => {
    const user = (await server.ask("POST", "/Users", { body: aUser("leaver@acme.example") })).body;
    const { id } = await create([user.id]);
    await server.ask("DELETE", `/Users/${user.id}`);
    assert.deepEqual(await membersOf(id), []);
  });

  it("take 10 000 members in one request by the protocol, and no more", async () => {
    const members = Array.from({ length: 10_001 }, (_, index) => ({ value: `u${index}` }));
    const body = { displayName: "Large", members };
    isError(await server.ask("POST", "/Groups", { body }), 400, "tooMany");
    isError(
      await server.ask("POST", "/Groups", { body: { ...body, members: members.slice(1) } }),
      400,
      "invalidValue",
    );
  });
});
