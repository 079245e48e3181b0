import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BATTERY, expectedIn, genuine } from "../../packages/server/src/saml/testing/battery.ts";
import { encodeForPost, SIGNING_MODES } from "../../packages/server/src/saml/testing/identity-provider.ts";
import type { Answer } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, PASSWORD, signUpOwner } from "../kit/page.ts";
import type { SamlStage } from "../kit/saml-stage.ts";
import { person, stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const REFUSED = /^\/sign-in\?e=sso&ref=[0-9a-f]{8}$/;

describe("attacks on signing in by SAML, at the real endpoint", { timeout: 300_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: SamlStage;
  let count = 0;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    stage = await stageSaml(server, owner);
    // The battery's documents speak of somebody without groups of ours.
    await owner.admin("POST", `/sso/${stage.id}`, {
      default_role: "viewer",
      attributes: { email: "email", name: "name", groups: "groups" },
    });
    await owner.admin("POST", "/domains", { domain: "ada.test", connection: stage.id });
  });
  after(() => server[Symbol.asyncDispose]());

  /** A browser on a network of its own: one network may post thirty responses a minute. */
  const browser = (): Page => openPage(server, `198.51.${(count += 1) >> 8}.${count & 255}`);

  async function codeOf(answer: Answer): Promise<string | null> {
    const [, reference] = /ref=([0-9a-f]{8})$/.exec(String(answer.headers["location"])) ?? [];
    const { attempts } = await owner.admin<{ attempts: { reference: string | null; code: string }[] }>(
      "GET",
      `/sso/${stage.id}`,
    );
    return attempts.find((each) => each.reference === reference)?.code ?? null;
  }

  async function assertRefused(page: Page, answer: Answer, code: string): Promise<void> {
    assert.equal(answer.status, 303);
    assert.match(String(answer.headers["location"]), REFUSED);
    assert.equal(answer.text, "");
    assert.equal((await page.session()).state, "signed_out");
    assert.equal(await codeOf(answer), code);
  }

  for (const row of BATTERY)
    for (const mode of SIGNING_MODES) {
      // What answers no request is known as such before it is looked at further.
      const code = row.number === "23b" ? "saml_unsolicited" : expectedIn(row, mode);
      const words = code === null ? "is harmless, and taken" : `is refused as ${code}`;
      it(`A-057 ${row.number} ${row.title}: ${mode} signed, ${words}`, async () => {
        const page = browser();
        const visit = await stage.visit(page);
        const answer = await stage.post(page, row.make(stage.kit(visit), mode));
        if (code !== null) return assertRefused(page, answer, code);
        // Its person is of no domain of ours: what was read of it is judged, and it was read.
        assert.equal(await codeOf(answer), "sso_not_allowed");
      });
    }

  it("every code of the battery is in the audit log, in a line that names the connection", async () => {
    const expected = new Set<string>(
      BATTERY.flatMap((row) => SIGNING_MODES.map((mode) => expectedIn(row, mode) ?? "sso_not_allowed")),
    );
    const missing = async (): Promise<readonly string[]> => {
      const seen = new Set<string | null>();
      let before: number | null = null;
      for (;;) {
        const rows = await operatorOf(server).auditRows(null, {
          action: "sso.refused",
          limit: "100",
          ...(before === null ? {} : { before: String(before) }),
        });
        for (const { entry } of rows) if (entry.targets[0]?.id === stage.id) seen.add(entry.reason);
        const last = rows.at(-1);
        if (last === undefined) return [...expected].filter((code) => !seen.has(code));
        before = last.seq;
      }
    };
    await until("the log has them all", async () => (await missing()).length === 0);
  });

  it("A-058 of eight copies of one response at once one makes a session, and none after a restart", async () => {
    const page = browser();
    const visit = await stage.visit(page);
    const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-58", "copies@example.org")));
    const answers = await Promise.all(Array.from({ length: 5 }, () => stage.post(page, encoded)));
    const taken = answers.filter(({ headers }) => headers["location"] === "/");
    assert.equal(taken.length, 1);
    await server.stop();
    await server.start();
    page.cookies.clear();
    assert.match(String((await stage.post(page, encoded)).headers["location"]), REFUSED);
    const again = await stage.visit(page);
    const replayed = encodeForPost(
      genuine(stage.kit(again), "both", {
        ...person("u-58", "copies@example.org"),
        assertionId: assertionIdOf(encoded),
      }),
    );
    await assertRefused(page, await stage.post(page, replayed), "saml_replay");
  });

  it("A-060 a connection that is off, a draft and one that there is not answer alike", async () => {
    const { id: draft } = await owner.admin<{ id: string }>("POST", "/sso", { kind: "saml", name: "Draft" });
    const page = browser();
    const visit = await stage.visit(page);
    const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-60", "off@example.org")));
    const form = new URLSearchParams({ SAMLResponse: encoded }).toString();
    for (const id of [draft, "nowhere"]) {
      const answer = await page.ask("POST", `/saml/${id}/acs`, form, {
        "content-type": "application/x-www-form-urlencoded",
      });
      assert.match(String(answer.headers["location"]), REFUSED, id);
    }
    await owner.admin("POST", `/sso/${stage.id}/enable`, { state: "disabled" });
    try {
      assert.match(String((await stage.post(page, encoded)).headers["location"]), REFUSED);
    } finally {
      await owner.admin("POST", `/sso/${stage.id}/enable`, { state: "optional" });
    }
  });

  it("A-061 a response that another browser was to bring signs nobody in", async () => {
    const attacker = browser();
    const visit = await stage.visit(attacker);
    const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-61", "attacker@example.org")));
    const victim = browser();
    await assertRefused(victim, await stage.post(victim, encoded), "saml_browser_mismatch");
    const own = browser();
    await stage.visit(own);
    // The attacker's visit is over, too: who sees it fail cannot have it succeed elsewhere.
    await assertRefused(attacker, await stage.post(attacker, encoded), "saml_in_response_to");
  });

  it("A-062 what RelayState says is not followed", async () => {
    for (const relayState of [
      "https://evil.example/",
      "//evil.example",
      "javascript:alert(1)",
      "x".repeat(100_000),
    ]) {
      const page = browser();
      const visit = await stage.visit(page);
      const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-62", "relay@example.org")));
      const answer = await stage.post(page, encoded, { RelayState: relayState });
      assert.equal(answer.headers["location"], "/", relayState.slice(0, 40));
    }
    const page = browser();
    const visit = await stage.visit(page);
    const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-62", "relay@example.org")));
    const twice = `SAMLResponse=${encodeURIComponent(encoded)}&SAMLResponse=${encodeURIComponent(encoded)}`;
    const answer = await page.ask("POST", `/saml/${stage.id}/acs`, twice, {
      "content-type": "application/x-www-form-urlencoded",
    });
    await assertRefused(page, answer, "saml_duplicate_parameter");
  });

  it("A-063 a response that nobody asked for is refused, or sends the browser to ask for one", async () => {
    const unasked = (page: Page) =>
      stage.post(
        page,
        encodeForPost(
          genuine(
            {
              ...stage.kit({
                situation: {
                  idpEntityId: "https://idp.example/metadata",
                  spEntityId: `${server.url}/saml/${stage.id}`,
                  acsUrl: `${server.url}/saml/${stage.id}/acs`,
                  requestId: null,
                  nowMs: Date.now(),
                },
                location: "",
                xml: "",
                relayState: null,
              }),
            },
            "both",
            person("u-63", "unasked@example.org"),
          ),
        ),
      );
    const page = browser();
    await assertRefused(page, await unasked(page), "saml_unsolicited");
    await owner.admin("POST", `/sso/${stage.id}`, { options: { allow_unsolicited: "bounce" } });
    await stage.test(person("u-0", "tester@example.org"));
    const bounced = await unasked(page);
    assert.match(String(bounced.headers["location"]), /^\/saml\/[0-9a-f]+\/start\?h=/);
    assert.equal((await page.session()).state, "signed_out");
    await owner.admin("POST", `/sso/${stage.id}`, { options: { allow_unsolicited: "off" } });
    await stage.test(person("u-0", "tester@example.org"));
  });

  it("A-064 an account that has another way in is joined only by its owner, and an owner's never silently", async () => {
    await invite(server, owner, "local@example.org", { role: "viewer" });
    const page = browser();
    const answer = await stage.signIn(page, person("u-64", "local@example.org"));
    assert.equal(answer.headers["location"], "/sign-in?e=link");
    assert.equal((await page.session()).state, "signed_out");
    await assert.rejects(page.act("/sign-in/link", { password: "not the right one" }), {
      code: "invalid_credentials",
    });
    await page.act("/sign-in/link", { password: PASSWORD });
    assert.equal((await page.session()).person?.email, "local@example.org");
    const next = browser();
    assert.equal((await stage.signIn(next, person("u-64", "local@example.org"))).headers["location"], "/");
    const other = browser();
    assert.equal(
      (await stage.signIn(other, person("u-64b", "local@example.org"))).headers["location"],
      "/sign-in?e=link",
    );
  });

  it("A-065 an address outside the verified domains, or more than one, signs nobody in and makes nobody", async () => {
    for (const email of [
      "eve@example.com",
      "eve@sub.example.org",
      "eve@example.org.evil.test",
      "eve@examp1e.org",
      '"eve@example.org"@evil.test',
      "eve@evil.test\u0000@example.org",
      "eve",
      "",
    ]) {
      const page = browser();
      const answer = await stage.signIn(page, {
        ...person("u-65", "x"),
        attributes: [
          ["email", email.replaceAll("\u0000", "%00").replaceAll("&", "&amp;")],
          ["groups", "staff"],
        ],
      });
      assert.equal(await codeOf(answer), "sso_not_allowed", email);
      assert.equal((await page.session()).state, "signed_out", email);
    }
    const page = browser();
    const several = await stage.signIn(page, {
      ...person("u-65", "x"),
      attributes: [
        ["email", "a@example.org", "b@example.org"],
        ["groups", "staff"],
      ],
    });
    assert.equal(await codeOf(several), "sso_not_allowed");
    const people = await owner.admin<{ email: string }[]>("GET", "/people");
    assert.ok(!people.some(({ email }) => email.includes("eve") || email === "a@example.org"));
  });

  it("A-067 no group makes an owner, gives more than the ceiling, or matches by less than its exact name", async () => {
    await assert.rejects(
      owner.admin("POST", `/sso/${stage.id}`, {
        groups: [{ group: "chiefs", role: "owner", environments: null }],
      }),
      { code: "policy_violation" },
    );
    await owner.admin("POST", `/sso/${stage.id}`, { role_ceiling: "viewer", default_role: null });
    try {
      const page = browser();
      await stage.signIn(page, person("u-67", "capped@example.org", ["chiefs"]));
      assert.deepEqual(
        (await page.session()).grants?.map(({ role }) => role),
        ["viewer"],
      );
      for (const group of ["Chiefs", " chiefs", "chiefs ", "chiefs\n"]) {
        const other = browser();
        const answer = await stage.signIn(other, person("u-67b", "inexact@example.org", [group]));
        assert.equal(await codeOf(answer), "sso_denied_no_role", JSON.stringify(group));
      }
      const many = browser();
      const crowd = Array.from({ length: 1900 }, (_, index) => `group ${index}`);
      await assertRefused(
        many,
        await stage.signIn(many, person("u-67c", "crowd@example.org", crowd)),
        "sso_denied_no_role",
      );
    } finally {
      await owner.admin("POST", `/sso/${stage.id}`, { role_ceiling: "admin", default_role: "viewer" });
    }
  });

  it("A-075 a test signs nobody in, and its handle is of no use in another session", async () => {
    const { handle, url } = await owner.admin<{ url: string; handle: string }>(
      "POST",
      `/sso/${stage.id}/test`,
    );
    const thief = browser();
    const visit = await stage.follow(thief, url);
    const encoded = encodeForPost(genuine(stage.kit(visit), "both", person("u-75", "thief@example.org")));
    const answer = await stage.post(thief, encoded);
    assert.match(String(answer.headers["location"]), REFUSED);
    assert.equal((await thief.session()).state, "signed_out");
    const admin = await invite(server, owner, "admin75@example.com", { role: "admin" });
    await assert.rejects(admin.admin("GET", `/sso/${stage.id}/tests/${handle}`), { code: "not_found" });
  });

  it("A-074 two subjects with names that look alike are two people, and neither takes the other's address", async () => {
    const first = browser();
    await stage.signIn(first, person("u-74", "same@example.org"));
    const second = browser();
    const answer = await stage.signIn(second, person("U-74", "same@example.org"));
    assert.notEqual(answer.headers["location"], "/");
    assert.equal((await second.session()).state, "signed_out");
  });

  it("A-077 of a flood of responses from one network most are turned away before they are read", async () => {
    const page = openPage(server, "203.0.113.77");
    const junk = Buffer.from("<a>".repeat(60_000)).toString("base64");
    const answers: number[] = [];
    for (let index = 0; index < 40; index += 1) answers.push((await stage.post(page, junk)).status);
    assert.deepEqual([...new Set(answers)], [303, 429]);
    assert.equal(answers.filter((status) => status === 303).length, 30);
  });
});

function assertionIdOf(encoded: string): string {
  const [, id = ""] =
    /<saml:Assertion[^>]* ID="([^"]+)"/.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  return id;
}
