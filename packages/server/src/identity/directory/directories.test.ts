import assert from "node:assert/strict";
import { test } from "node:test";
import { makeToken } from "@holdfast/protocol";
import { systemRandom } from "#kernel";
import type { ScimDirectory, ScimUser, ScimUserFields } from "#scim";
import { FROM, HOLDER, testInstallation } from "../testing/installation.ts";

const HOUR = 60 * 60 * 1000;
const BY = HOLDER.authority;
const ALL = { conditions: [], startIndex: 1, count: 100 };

async function stage() {
  const installation = await testInstallation();
  const { identity } = installation;
  const connect = async (name: string, domain: string): Promise<string> => {
    const settings = { issuer: `https://${name}.example`, clientId: "x", clientSecret: null, tenant: null };
    const { id } = await identity.connections.createOidc(HOLDER, name, settings);
    await identity.domains.claim(HOLDER, domain, id);
    await identity.domains.trust(HOLDER, domain);
    return id;
  };
  const id = await connect("okta", "acme.org");
  const secret = await identity.directories.open(HOLDER, id);
  const enter = (token = secret, connection = id): ScimDirectory | null =>
    identity.directories.authenticate(connection, `Bearer ${token}`, FROM)?.directory ?? null;
  return { ...installation, directories: identity.directories, connect, id, secret, enter };
}

async function entered(): Promise<Awaited<ReturnType<typeof stage>> & { readonly directory: ScimDirectory }> {
  const staged = await stage();
  const directory = staged.enter();
  assert.ok(directory !== null);
  return { ...staged, directory };
}

const user = (userName: string, more: Partial<ScimUserFields> = {}): ScimUserFields => ({
  externalId: null,
  userName,
  active: true,
  name: { formatted: null, givenName: null, familyName: null },
  displayName: null,
  emails: [],
  ...more,
});
const group = (displayName: string, members: readonly string[] = [], externalId: string | null = null) => ({
  externalId,
  displayName,
  members,
});

test("a directory's token opens its own connection, and nothing else does", async () => {
  const { connect, directories, enter, id, secret } = await stage();
  const other = await connect("entra", "globex.org");
  await directories.open(HOLDER, other);
  assert.notEqual(enter(), null);
  for (const token of [
    makeToken("scim", null, (count) => systemRandom.bytes(count)),
    makeToken("op", null, (count) => systemRandom.bytes(count)),
    secret.slice(0, -1),
    "",
  ])
    assert.equal(enter(token), null);
  assert.equal(enter(secret, other), null);
  assert.equal(enter(secret, "nowhere"), null);
  assert.equal(directories.authenticate(id, undefined, FROM), null);
  assert.equal(directories.authenticate(id, secret, FROM), null);
  assert.equal(directories.authenticate(id, `bearer  ${secret} `, FROM)?.authority.actor.type, "service");
});

test("a new token goes beside the one before for a day, and no third is good", async () => {
  const { clock, directories, enter, id, secret } = await stage();
  const second = await directories.rotate(HOLDER, id);
  assert.deepEqual(
    [enter(secret), enter(second)].map((each) => each !== null),
    [true, true],
  );
  const third = await directories.rotate(HOLDER, id);
  assert.deepEqual(
    [secret, second, third].map((each) => enter(each) !== null),
    [false, true, true],
  );
  await clock.advance(24 * HOUR - 1);
  assert.notEqual(enter(second), null);
  await clock.advance(1);
  assert.deepEqual(
    [second, third].map((each) => enter(each) !== null),
    [false, true],
  );
});

test("a directory that was closed, or has a token in a URL, is open to nobody; one that there is not is neither changed nor closed", async () => {
  const { connect, directories, enter, id, secret } = await stage();
  await directories.leaked(secret, BY);
  assert.equal(enter(), null);
  const next = await directories.rotate(HOLDER, id);
  assert.notEqual(enter(next), null);
  await directories.close(HOLDER, id);
  assert.equal(enter(next), null);
  const bare = await connect("bare", "bare.org");
  for (const connection of [id, bare, "nowhere"]) {
    await assert.rejects(directories.close(HOLDER, connection), { code: "not_found" }, connection);
    await assert.rejects(directories.rotate(HOLDER, connection), { code: "not_found" });
    await assert.rejects(directories.allowMany(HOLDER, connection), { code: "not_found" });
  }
  await assert.rejects(directories.open(HOLDER, "nowhere"), { code: "not_found" });
  await directories.open(HOLDER, bare);
  await assert.rejects(directories.open(HOLDER, bare), { code: "conflict" });
});

test("who was overtaken changes and removes nothing: users and groups have versions", async () => {
  const { directory } = await entered();
  const ada = await directory.createUser(user("ada@acme.org"), BY);
  const staff = await directory.createGroup(group("Staff", [ada.id]), BY);
  await directory.replaceUser(ada.id, user("ada@acme.org", { displayName: "Ada" }), ada.revision, BY);
  await directory.replaceGroup(staff.id, group("All staff", [ada.id]), staff.revision, BY);
  const stale = { name: "ScimError", status: 412 };
  await assert.rejects(directory.replaceUser(ada.id, user("ada@acme.org"), ada.revision, BY), stale);
  await assert.rejects(directory.removeUser(ada.id, ada.revision, BY), stale);
  await assert.rejects(directory.replaceGroup(staff.id, group("Staff"), staff.revision, BY), stale);
  await assert.rejects(directory.removeGroup(staff.id, staff.revision, BY), stale);
  assert.equal((await directory.user(ada.id))?.displayName, "Ada");
  const kept = await directory.group(staff.id);
  assert.deepEqual([kept?.displayName, kept?.members, kept?.revision], ["All staff", [ada.id], 2]);
});

test("users and groups are found by what they are called, and by each other's ids", async () => {
  const { directory } = await entered();
  const ada = await directory.createUser(user("ada@acme.org", { externalId: "e-1" }), BY);
  const bo = await directory.createUser(user("bo@acme.org", { externalId: "e-2" }), BY);
  const staff = await directory.createGroup(group("Staff", [ada.id], "g-1"), BY);
  await directory.createGroup(group("Guests", [], "g-2"), BY);
  const users = async (attribute: "id" | "externalId" | "userName", value: string) =>
    (await directory.users({ ...ALL, conditions: [{ attribute, value }] })).resources.map(({ id }) => id);
  assert.deepEqual(await users("id", bo.id), [bo.id]);
  assert.deepEqual(await users("externalId", "e-2"), [bo.id]);
  assert.deepEqual(await users("externalId", "E-2"), []);
  assert.deepEqual(await users("userName", "BO@acme.org"), [bo.id]);
  const groups = async (attribute: "id" | "externalId" | "displayName", value: string) =>
    (await directory.groups({ ...ALL, conditions: [{ attribute, value }] })).resources.map(({ id }) => id);
  assert.deepEqual(await groups("displayName", "sTAFF"), [staff.id]);
  assert.deepEqual(await groups("externalId", "g-1"), [staff.id]);
  assert.deepEqual(await groups("id", staff.id), [staff.id]);
  assert.deepEqual((await directory.user(ada.id))?.groups, [{ id: staff.id, display: "Staff" }]);
  await assert.rejects(directory.createUser(user("cy@acme.org", { externalId: "e-1" }), BY), { status: 409 });
  await assert.rejects(directory.createUser(user("ADA@acme.org"), BY), { status: 409 });
  await assert.rejects(directory.createGroup(group("staff"), BY), { status: 409 });
  await directory.createUser(user("cy@acme.org"), BY);
  await directory.createUser(user("di@acme.org"), BY);
});

test("an address of a domain that is not verified, or is another connection's, makes nobody", async () => {
  const { connect, directory } = await entered();
  await connect("entra", "globex.org");
  for (const address of ["ada@globex.org", "ada@unknown.org", "ada@sub.acme.org", "no address"])
    await assert.rejects(directory.createUser(user(address), BY), { status: 400 }, address);
});

test("people are called what the directory calls them, on one line", async () => {
  const { directory, identity } = await entered();
  const named = async (index: number, more: Partial<ScimUserFields>): Promise<string | undefined> => {
    const { id } = await directory.createUser(user(`p${index}@acme.org`, more), BY);
    return identity.people.list().find((person) => person.id === id)?.name;
  };
  const name = { formatted: null, givenName: "Ada", familyName: "Byron" };
  assert.deepEqual(
    [
      await named(1, { displayName: "The Countess", name }),
      await named(2, { name: { ...name, formatted: "Ada B." } }),
      await named(3, { name }),
      await named(4, { name: { ...name, givenName: null } }),
      await named(5, {}),
      await named(6, { displayName: "\u202e \n" }),
      await named(7, { displayName: "A\u0000d\u202ea" }),
    ],
    ["The Countess", "Ada B.", "Ada Byron", "Byron", "p5@acme.org", "p6@acme.org", "Ada"],
  );
});

test("A-084 the tenth account that is closed within a day, if that is half of all, is not, until somebody allows it for an hour", async () => {
  const { clock, directories, directory, id } = await entered();
  const people: ScimUser[] = [];
  for (let index = 0; index < 14; index += 1)
    people.push(await directory.createUser(user(`p${index}@acme.org`), BY));
  const close = (index: number) => {
    const { id: person = "", revision = 0 } = people[index] ?? {};
    return directory.replaceUser(person, user(`p${index}@acme.org`, { active: false }), revision, BY);
  };
  for (let index = 0; index < 9; index += 1) await close(index);
  const tooMany = { status: 409, message: /only after an administrator has allowed it/ };
  await assert.rejects(close(9), tooMany);
  await directories.allowMany(HOLDER, id);
  await clock.advance(HOUR - 1);
  await close(9);
  await clock.advance(1);
  await assert.rejects(close(10), tooMany);
  // The first nine count for a day.
  await clock.advance(23 * HOUR - 1);
  await assert.rejects(close(10), tooMany);
  await clock.advance(1);
  await close(10);
});
