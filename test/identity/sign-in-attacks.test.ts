import assert from "node:assert/strict";
import { after, before, describe, it, test } from "node:test";
import type { Answer } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import {
  browsersOf,
  personIdOf,
  invite,
  openPage,
  OWNER_EMAIL,
  PASSWORD,
  signIn,
  signUpOwner,
  tokenOf,
} from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const SET_UP = { name: "Ana", email: OWNER_EMAIL, password: PASSWORD };
const codeIn = ({ json }: Answer): string => (json as { readonly code?: string }).code ?? "";

test("A-006 of twenty who open the set-up link at once one becomes the owner; it is of no use afterwards, nor is none", async () => {
  await using server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  const token = tokenOf(await server.setUpLink());
  const race = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      openPage(server, `192.0.2.${index}`).ask("POST", "/holdfast/v1/identity/set-up", {
        ...SET_UP,
        token,
        email: `ana${index}@example.com`,
      }),
    ),
  );
  assert.deepEqual(
    race.map(({ status }) => status).toSorted((left, right) => left - right),
    [201, ...Array.from({ length: 19 }, () => 0)]
      .map((status) => status || 409)
      .toSorted((left, right) => left - right),
  );
  for (const shown of [token, "", "x".repeat(43)])
    assert.ok(
      [400, 409].includes(
        (await openPage(server).ask("POST", "/holdfast/v1/identity/set-up", { ...SET_UP, token: shown }))
          .status,
      ),
    );
});

test("A-006 an earlier set-up link is over when a new one is printed, and a wrong one makes nobody", async () => {
  await using server = await startTestServer();
  const first = tokenOf(await server.setUpLink());
  const second = tokenOf(await server.setUpLink());
  const page = openPage(server);
  await assert.rejects(page.act("/set-up", { ...SET_UP, token: first }), { code: "link_invalid" });
  await assert.rejects(page.act("/set-up", { ...SET_UP, token: `${second}x` }), { code: "link_invalid" });
  for (const [wrong, code] of [
    [{ password: "short" }, "policy_violation"],
    [{ email: "ana" }, "request_invalid"],
    [{ name: "Ana\u202E" }, "request_invalid"],
  ] as const)
    await assert.rejects(page.act("/set-up", { ...SET_UP, token: second, ...wrong }), { code });
  await page.act("/set-up", { ...SET_UP, token: second });
});

describe("attacks on signing in", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  const browser = browsersOf(() => server);
  const idOf = (email: string): Promise<string> => personIdOf(owner, email);

  it("A-010 an invitation that was used, taken back, replaced or is somebody's who is signed in lets nobody in", async () => {
    const asked = { email: "ivy@example.com", role: "viewer" };
    const first = await owner.admin<{ link: string }>("POST", "/invitations", asked);
    const second = await owner.admin<{ id: string; link: string }>("POST", "/invitations", asked);
    const take = (page: Page, link: string) =>
      page.act("/invitations/accept", { token: tokenOf(link), name: "Ivy", password: PASSWORD });
    await assert.rejects(take(browser(), first.link), { code: "link_invalid" });
    await assert.rejects(take(owner, second.link), { code: "wrong_account" });
    await owner.admin("POST", `/invitations/${second.id}/revoke`);
    await assert.rejects(take(browser(), second.link), { code: "link_invalid" });
    const third = await owner.admin<{ link: string }>("POST", "/invitations", asked);
    const race = await Promise.allSettled([take(browser(), third.link), take(browser(), third.link)]);
    assert.deepEqual(race.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    await assert.rejects(take(browser(), third.link), { code: "link_invalid" });
  });

  it("A-011 nobody invites to more than he holds, and the role is that of the invitation", async () => {
    const admin = await invite(server, owner, "admin11@example.com", { role: "admin" });
    await assert.rejects(admin.admin("POST", "/invitations", { email: "x@example.com", role: "owner" }), {
      code: "forbidden",
    });
    await assert.rejects(
      admin.admin("POST", "/invitations", { email: "x@example.com", role: "viewer", payloads: true }),
      { code: "forbidden" },
    );
    const { link } = await admin.admin<{ link: string }>("POST", "/invitations", {
      email: "x11@example.com",
      role: "viewer",
    });
    const page = browser();
    await page.act("/invitations/accept", {
      token: tokenOf(link),
      name: "X",
      password: PASSWORD,
      role: "owner",
      grants: [{ role: "owner" }],
    });
    assert.deepEqual((await page.session()).grants, [
      { role: "viewer", environments: null, payloads: false },
    ]);
  });

  it("A-012 a reset link is good once, ends every session, and is made by nobody who may less", async () => {
    const rob = await invite(server, owner, "rob@example.com", { role: "viewer" });
    const id = await idOf("rob@example.com");
    const admin = await invite(server, owner, "admin12@example.com", { role: "admin" });
    await assert.rejects(admin.admin("POST", `/people/${await idOf(OWNER_EMAIL)}/reset`), {
      code: "forbidden",
    });
    const first = await admin.admin<{ link: string }>("POST", `/people/${id}/reset`);
    const { link } = await admin.admin<{ link: string }>("POST", `/people/${id}/reset`);
    const page = browser();
    const password = "another purple bicycle";
    await assert.rejects(page.act("/resets/accept", { token: tokenOf(first.link), password }), {
      code: "link_invalid",
    });
    await assert.rejects(page.act("/resets/accept", { token: tokenOf(link), password: "rob@example.com" }), {
      code: "policy_violation",
    });
    await page.act("/resets/accept", { token: tokenOf(link), password });
    await assert.rejects(page.act("/resets/accept", { token: tokenOf(link), password }), {
      code: "link_invalid",
    });
    assert.equal((await rob.session()).state, "signed_out");
    await assert.rejects(signIn(server, "rob@example.com"), { code: "invalid_credentials" });
    await signIn(server, "rob@example.com", password);
  });

  it("A-014 a second account that looks like the first is refused", async () => {
    for (const email of ["ANA@example.com", "ａｎａ@example.com", "ana@EXAMPLE.com."])
      await assert.rejects(
        owner.admin("POST", "/invitations", { email, role: "viewer" }),
        { code: "conflict" },
        email,
      );
  });

  it("A-015 links lead to the public URL, whatever host a request names", async () => {
    const answer = await owner.ask(
      "POST",
      "/holdfast/v1/admin/invitations",
      { email: "host@example.com", role: "viewer" },
      {
        "x-forwarded-host": "evil.example",
        forwarded: "host=evil.example",
        "x-csrf": (await owner.session()).csrf ?? "",
      },
    );
    const { data } = answer.json as { readonly data: { readonly link: string } };
    assert.ok(data.link.startsWith(`${server.url}/join#`));
    const evil = await owner.ask(
      "POST",
      "/holdfast/v1/admin/invitations",
      { email: "host2@example.com", role: "viewer" },
      { host: "evil.example" },
    );
    assert.equal(evil.status, 421);
  });

  it("A-016 the last owner stays, by whatever act and however many at once", async () => {
    const other = await invite(server, owner, "second@example.com", { role: "owner" });
    const [ana, second] = [await idOf(OWNER_EMAIL), await idOf("second@example.com")];
    const viewer = { grants: [{ role: "viewer", environments: null }] };
    const race = await Promise.allSettled([
      owner.admin("POST", `/people/${second}/grants`, viewer),
      other.admin("POST", `/people/${ana}/deactivate`, { reason: "race" }),
      owner.admin("POST", `/people/${second}/deactivate`, {}),
    ]);
    assert.ok(race.some(({ status }) => status === "fulfilled"));
    const people = await owner
      .admin<{ state: string; grants: { role: string }[] }[]>("GET", "/people")
      .catch(async () => other.admin<{ state: string; grants: { role: string }[] }[]>("GET", "/people"));
    const owners = people.filter(
      ({ grants, state }) => state === "active" && grants.some(({ role }) => role === "owner"),
    );
    assert.equal(owners.length, 1);
    await owner.admin("POST", `/people/${second}/reactivate`).catch(() => undefined);
    await assert.rejects(owner.admin("POST", `/people/${ana}/grants`, viewer), { code: "last_owner" });
    await assert.rejects(owner.admin("POST", `/people/${ana}/deactivate`, {}), { code: "last_owner" });
  });

  it("A-017 a session that was planted is of no use: signing in makes a new one", async () => {
    await invite(server, owner, "fix@example.com", { role: "viewer" });
    const planted = "p".repeat(43);
    const page = browser();
    page.cookies.set("holdfast-session", planted);
    await page.act("/sign-in/password", { email: "fix@example.com", password: PASSWORD });
    assert.notEqual(page.cookies.get("holdfast-session"), planted);
    const attacker = browser();
    attacker.cookies.set("holdfast-session", planted);
    assert.equal((await attacker.session()).state, "signed_out");
    const before = page.cookies.get("holdfast-session") ?? "";
    await page.act("/sign-in/password", { email: "fix@example.com", password: PASSWORD });
    attacker.cookies.set("holdfast-session", before);
    assert.equal(
      (await attacker.session()).state,
      "signed_out",
      "the session that the browser had before is over",
    );
    const second = page.cookies.get("holdfast-session") ?? "";
    await page.act("/reauthenticate", { password: PASSWORD });
    attacker.cookies.set("holdfast-session", second);
    assert.equal(
      (await attacker.session()).state,
      "signed_out",
      "proving again who one is makes a new one, too",
    );
  });

  it("A-018 a session is over after signing out, a new password elsewhere, revocation and deactivation", async () => {
    await invite(server, owner, "end@example.com", { role: "viewer" });
    const id = await idOf("end@example.com");
    const [one, two, three, four] = [
      await signIn(server, "end@example.com"),
      await signIn(server, "end@example.com"),
      await signIn(server, "end@example.com"),
      await signIn(server, "end@example.com"),
    ];
    const kept = one.cookies.get("holdfast-session") ?? "";
    await one.act("/sign-out");
    one.cookies.set("holdfast-session", kept);
    assert.equal((await one.session()).state, "signed_out");
    const { session } = await three.session();
    await two.act(`/sessions/${session?.id}/revoke`);
    assert.equal((await three.session()).state, "signed_out");
    await two.act("/password", { current: PASSWORD, password: "a third purple bicycle" });
    assert.equal((await four.session()).state, "signed_out");
    assert.equal((await two.session()).state, "signed_in");
    await owner.admin("POST", `/people/${id}/deactivate`, {});
    assert.equal((await two.session()).state, "signed_out");
  });

  it("A-018 nobody ends a session that is not his own", async () => {
    const viewer = await invite(server, owner, "nosy18@example.com", { role: "viewer" });
    const { session } = await owner.session();
    await assert.rejects(viewer.act(`/sessions/${session?.id}/revoke`), { code: "not_found" });
    assert.equal((await owner.session()).state, "signed_in");
  });

  it("A-020 a wrong password and an unknown address get the same answer, to the byte", async () => {
    await invite(server, owner, "known@example.com", { role: "viewer" });
    const plain = async (email: string): Promise<string> => {
      const { headers, status, text } = await browser().ask(
        "POST",
        "/holdfast/v1/identity/sign-in/password",
        { email, password: "not the right one" },
      );
      return JSON.stringify([status, text, Object.keys(headers).toSorted(), headers["set-cookie"] ?? null]);
    };
    assert.equal(await plain("known@example.com"), await plain("nobody@example.com"));
    const ways = await Promise.all(
      ["known@example.com", "nobody@example.com", "nonsense"].map(
        async (email) => (await browser().ask("POST", "/holdfast/v1/identity/sign-in", { email })).text,
      ),
    );
    assert.equal(new Set(ways).size, 1);
  });

  it("A-020 the same work is done for who has an account and who has none", async () => {
    // Hashes that take long enough to be told from noise.
    await using slow = await startTestServer({
      passwordCost: { memory: 16 * 1024, passes: 2 },
      trustedProxies: ["127.0.0.1"],
    });
    const ana = await signUpOwner(slow);
    await invite(slow, ana, "known@example.com", { role: "viewer" });
    let count = 0;
    const cpuOf = async (email: string): Promise<number> => {
      const page = openPage(slow, `198.19.${(count += 1) >> 8}.${count & 255}`);
      const from = process.cpuUsage();
      await page.ask("POST", "/holdfast/v1/identity/sign-in/password", {
        email,
        password: "not the right one",
      });
      const { system, user } = process.cpuUsage(from);
      return system + user;
    };
    const median = (values: readonly number[]): number =>
      values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
    const known: number[] = [];
    const unknown: number[] = [];
    for (let index = 0; index < 15; index += 1) {
      known.push(await cpuOf(index < 4 ? "known@example.com" : OWNER_EMAIL.replace("@", `${index}@`)));
      unknown.push(await cpuOf(`nobody${index}@example.com`));
    }
    const ratio = median(known.slice(0, 4)) / median(unknown);
    assert.ok(ratio > 0.6 && ratio < 1.7, `a known address costs ${ratio} times an unknown one`);
  });

  it("A-021 passwords of any length are answered, and one network gets no more than thirty wrong answers a minute", async () => {
    const page = openPage(server, "203.0.113.21");
    const statuses: number[] = [];
    for (let index = 0; index < 34; index += 1) {
      const { status } = await page.ask("POST", "/holdfast/v1/identity/sign-in/password", {
        email: `flood${index}@example.com`,
        password: "x".repeat(index === 0 ? 100_000 : 256),
      });
      statuses.push(status);
    }
    assert.deepEqual(
      statuses.slice(0, 30),
      Array.from({ length: 30 }, () => 401),
    );
    assert.deepEqual(statuses.slice(30), [429, 429, 429, 429]);
  });

  it("A-022 wrong passwords hold up passwords for that address, and say for how long", async () => {
    await invite(server, owner, "victim@example.com", { role: "viewer" });
    const wrong = () =>
      browser().ask("POST", "/holdfast/v1/identity/sign-in/password", {
        email: "Victim@example.com",
        password: "not the right one",
      });
    for (let index = 0; index < 5; index += 1) assert.equal((await wrong()).status, 401);
    const held = await wrong();
    assert.equal(held.status, 429);
    assert.equal(codeIn(held), "too_many_attempts");
    assert.ok(Number(held.headers["retry-after"]) >= 1);
    const same = await browser().ask("POST", "/holdfast/v1/identity/sign-in/password", {
      email: "nobody22@example.com",
      password: "not the right one",
    });
    assert.equal(same.status, 401, "others are not held up");
  });

  it("A-022 of twenty attempts at once on one address five are tried", async () => {
    await invite(server, owner, "many@example.com", { role: "viewer" });
    const race = await Promise.all(
      Array.from({ length: 20 }, () =>
        browser().ask("POST", "/holdfast/v1/identity/sign-in/password", {
          email: "many@example.com",
          password: "not the right one",
        }),
      ),
    );
    assert.equal(race.filter(({ status }) => status === 401).length, 5);
    assert.equal(race.filter(({ status }) => status === 429).length, 15);
  });

  it("a good password and a wrong one each have an entry of the log, with the factor and the network", async () => {
    await invite(server, owner, "logged@example.com", { role: "viewer" });
    const id = await idOf("logged@example.com");
    await openPage(server, "203.0.113.99").act("/sign-in/password", {
      email: "logged@example.com",
      password: PASSWORD,
    });
    await assert.rejects(
      openPage(server, "203.0.113.98").act("/sign-in/password", {
        email: "logged@example.com",
        password: "wrong",
      }),
      { code: "invalid_credentials" },
    );
    const entryOf = async (action: string, address: string) =>
      (await operatorOf(server).auditRows(null, { action, limit: "100" })).find(
        ({ entry }) => entry.context.address === address,
      )?.entry;
    const good = await until("the good one is there", async () => entryOf("session.started", "203.0.113.99"));
    assert.deepEqual([good.actor.id, good.result, good.reason], [id, "success", "password"]);
    const wrong = await until("the wrong one is there", async () =>
      entryOf("sign_in.refused", "203.0.113.98"),
    );
    assert.deepEqual([wrong.targets[0]?.id, wrong.result, wrong.reason], [id, "denied", "password"]);
  });

  it("what is in the log as an act asks for a proof that is minutes old", async () => {
    const admin = await invite(server, owner, "fresh@example.com", { role: "admin" });
    assert.notEqual((await admin.session()).fresh_until, null);
    await assert.rejects(admin.act("/reauthenticate", { password: "not the right one" }), {
      code: "invalid_credentials",
    });
    await assert.rejects(admin.act("/reauthenticate", {}), { code: "invalid_credentials" });
  });
});
