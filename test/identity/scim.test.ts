import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, signUpOwner } from "../kit/page.ts";
import type { SamlStage } from "../kit/saml-stage.ts";
import { person, stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

interface Resource {
  readonly id: string;
  readonly meta: { readonly location: string };
}

describe("a directory over the real accounts", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: SamlStage;
  let token = "";
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    stage = await stageSaml(server, owner);
    ({ token } = await owner.admin<{ token: string }>("POST", `/sso/${stage.id}/scim`));
  });
  after(() => server[Symbol.asyncDispose]());

  let requests = 0;
  /** A directory that is told to wait does. */
  const ask = (...asked: Parameters<typeof askOnce>): Promise<Answer> =>
    until("there is room for it", async () => {
      const answer = await askOnce(...asked);
      return answer.status === 429 ? null : answer;
    });
  const askOnce = (
    method: string,
    path: string,
    body?: unknown,
    shown = token,
    connection = stage.id,
  ): Promise<Answer> =>
    request(server, method, `/scim/v2/${connection}${path}`, {
      authorized: false,
      headers: {
        authorization: `Bearer ${shown}`,
        "content-type": "application/scim+json",
        "x-forwarded-for": `198.51.100.${(requests += 1) & 255}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const user = (userName: string, more: Readonly<Record<string, unknown>> = {}) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName,
    displayName: userName.split("@")[0],
    ...more,
  });
  async function create(userName: string): Promise<string> {
    const answer = await ask("POST", "/Users", user(userName));
    assert.equal(answer.status, 201, answer.text);
    return (answer.json as Resource).id;
  }
  const patch = (id: string, value: unknown) =>
    ask("PATCH", `/Users/${id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", value }],
    });

  it("a person of the directory signs in by single sign-on, with what their groups there give, and no attribute of groups", async () => {
    const id = await create("cleo@example.org");
    const group = await ask("POST", "/Groups", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "chiefs",
      members: [{ value: id }],
    });
    assert.equal(group.status, 201, group.text);
    const page = openPage(server);
    await stage.signIn(page, person("c-1", "cleo@example.org", []));
    assert.deepEqual(
      (await page.session()).grants?.map(({ role }) => role),
      ["admin"],
    );
    const { id: groupId } = group.json as Resource;
    await ask("PATCH", `/Groups/${groupId}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "remove", path: `members[value eq "${id}"]` }],
    });
    assert.deepEqual((await page.session()).grants, [], "at once, in the session that is open");
  });

  it("who is closed by the directory is out within a second, and cannot come back in", async () => {
    const id = await create("dana@example.org");
    await ask("POST", "/Groups", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "staff",
      members: [{ value: id }],
    });
    const page = openPage(server);
    await stage.signIn(page, person("d-1", "dana@example.org", []));
    assert.equal((await page.session()).state, "signed_in");
    const began = performance.now();
    assert.equal((await patch(id, { active: "False" })).status, 200);
    assert.equal((await page.session()).state, "signed_out");
    assert.ok(performance.now() - began < 1000);
    assert.match(
      String(
        (await stage.signIn(openPage(server), person("d-1", "dana@example.org", []))).headers["location"],
      ),
      /e=sso/,
    );
    const people = await owner.admin<{ email: string; state: string }[]>("GET", "/people");
    assert.equal(people.find(({ email }) => email === "dana@example.org")?.state, "deactivated");
    const rows = await operatorOf(server).auditRows(null, { action: "directory.person_changed" });
    assert.equal(rows[0]?.entry.actor.type, "service");
  });

  it("A-080 A-081 people that others made do not exist for a directory, and their addresses are taken", async () => {
    await invite(server, owner, "local@example.org", { role: "viewer" });
    const people = await owner.admin<{ id: string; email: string }[]>("GET", "/people");
    const local = people.find(({ email }) => email === "local@example.org")?.id ?? "";
    assert.equal((await ask("GET", `/Users/${local}`)).status, 404);
    assert.equal((await patch(local, { active: false })).status, 404);
    assert.equal((await ask("DELETE", `/Users/${local}`)).status, 404);
    const list = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "local@example.org"')}`);
    assert.equal((list.json as { readonly totalResults: number }).totalResults, 0);
    assert.equal((await ask("POST", "/Users", user("LOCAL@example.org"))).status, 409);
    assert.equal((await ask("POST", "/Users", user("x@example.com"))).status, 400);
    const created = await ask("POST", "/Users", user("roles@example.org", { roles: [{ value: "owner" }] }));
    assert.equal(created.status, 201);
    const made = (await owner.admin<{ email: string; grants: unknown[] }[]>("GET", "/people")).find(
      ({ email }) => email === "roles@example.org",
    );
    assert.deepEqual(made?.grants, []);
  });

  it("A-084 a directory that empties itself is stopped halfway, until an administrator allows it", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 14; index += 1) ids.push(await create(`crowd${index}@example.org`));
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await patch(id, { active: false })).status);
    assert.ok(statuses.includes(409), statuses.join(" "));
    assert.ok(statuses.filter((status) => status === 200).length >= 8);
    const held = ids[statuses.indexOf(409)] ?? "";
    await owner.admin("POST", `/sso/${stage.id}/scim/allow`);
    assert.equal((await patch(held, { active: false })).status, 200);
    await until("the log has it", async () =>
      (await operatorOf(server).auditRows(null, { action: "directory.held" })).some(
        ({ entry }) => entry.reason === "too_many",
      ),
    );
  });

  it("A-085 another connection's token, another kind of token, an old one and none open nothing", async () => {
    const { id: other } = await owner.admin<{ id: string }>("POST", "/sso", { kind: "saml", name: "Other" });
    const { token: foreign } = await owner.admin<{ token: string }>("POST", `/sso/${other}/scim`);
    for (const shown of [foreign, server.operatorToken, `${token.slice(0, -1)}x`, "none"])
      assert.equal((await ask("GET", "/Users", undefined, shown)).status, 401, shown.slice(0, 8));
    const first = token;
    ({ token } = await owner.admin<{ token: string }>("POST", `/sso/${stage.id}/scim/rotate`));
    assert.equal((await ask("GET", "/Users")).status, 200);
    assert.equal(
      (await ask("GET", "/Users", undefined, first)).status,
      200,
      "the one before is good for a day",
    );
    ({ token } = await owner.admin<{ token: string }>("POST", `/sso/${stage.id}/scim/rotate`));
    assert.equal(
      (await ask("GET", "/Users", undefined, first)).status,
      401,
      "two are good at once, and no more",
    );
    const inUrl = await request(server, "GET", `/scim/v2/${stage.id}/Users?token=${token}`, {
      authorized: false,
    });
    assert.equal(inUrl.status, 400);
    assert.equal((await ask("GET", "/Users")).status, 401, "a token that stood in a URL is over");
  });
});
