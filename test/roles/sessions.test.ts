import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, describe, it } from "node:test";
import { createCanary, findCanaries } from "../kit/canaries.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, signUpOwner } from "../kit/page.ts";
import { clientOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const HERE = { "x-inngest-env": "production" };

/** What a stream has said so far, and whether it goes on. */
interface Stream {
  readonly status: number;
  readonly text: () => string;
  readonly hasEnded: () => boolean;
  close(): void;
}

/** Follows what happens, with the credentials of a page or a token. */
function follow(server: TestServer, headers: Readonly<Record<string, string>>, query = ""): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(`${server.url}/holdfast/v1/follow${query}`, {
      headers: { ...HERE, ...headers },
    });
    call.on("error", reject);
    call.on("response", (answer) => {
      let text = "";
      let ended = false;
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("error", () => undefined);
      answer.on("close", () => (ended = true));
      resolve({
        status: answer.statusCode ?? 0,
        text: () => text,
        hasEnded: () => ended,
        close: () => call.destroy(),
      });
    });
    call.end();
  });
}

const cookieOf = (page: Page): Readonly<Record<string, string>> => ({
  cookie: [...page.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
  "sec-fetch-site": "same-origin",
});

describe("a person in an environment", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  before(async () => {
    server = await startTestServer();
    owner = await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  it("sends an event and reads it back, by the session of a page and no key", async () => {
    const sent = await owner.ask("POST", "/v2/events", { name: "paid", data: { cents: 5 } }, HERE);
    assert.equal(sent.status, 403, "a page's request without the session's token");
    await owner.session();
    const again = await owner.ask("POST", "/v2/events", { name: "paid", data: { cents: 5 } }, HERE);
    assert.equal(again.status, 200, again.text);
    const { data } = again.json as { data: { eventId: string } };
    const read = await owner.ask("GET", `/v1/events/${data.eventId}`, undefined, HERE);
    assert.equal(read.status, 200);
    const noted = () => operatorOf(server).auditRows("production", { action: "event.sent" });
    const [row] = await until("the log has it", async () => {
      const rows = await noted();
      return rows.length > 0 && rows;
    });
    assert.equal(row?.entry.actor.type, "user");
    assert.equal(row?.entry.targets[0]?.id, data.eventId);
  });

  for (const [what, headers] of [
    ["another site's page", { "sec-fetch-site": "cross-site" }],
    ["a page of another origin", { origin: "https://evil.example" }],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["a page that lacks the session's token", { "x-csrf": null }],
    ["a page that has another token", { "x-csrf": "0".repeat(64) }],
  ] as const)
    it(`A-040 acts for nobody when asked by ${what}`, async () => {
      await owner.session();
      const answer = await owner.ask(
        "POST",
        "/v2/events",
        { name: "forged" },
        { ...HERE, ...(headers as Readonly<Record<string, string | null>>) },
      );
      assert.equal(answer.status, 403, answer.text);
      assert.equal((answer.json as { code?: string }).code, "csrf");
      const { data } = (await owner.ask("GET", "/v1/events?name=forged", undefined, HERE)).json as {
        data: readonly unknown[];
      };
      assert.deepEqual(data, []);
    });

  it("follows what happens without what it holds, and with it when they may and ask", async () => {
    const canary = createCanary("event data");
    const blind = await invite(server, owner, "bo@example.com", { role: "viewer" });
    const seeing = await invite(server, owner, "cy@example.com", { role: "viewer", payloads: true });
    assert.equal((await follow(server, cookieOf(blind), "?data=1&reveal=true")).status, 403);
    const streams = [
      await follow(server, cookieOf(blind), "?data=1"),
      await follow(server, cookieOf(seeing), "?data=1"),
      await follow(server, cookieOf(seeing), "?data=1&reveal=true"),
    ];
    for (const stream of streams) {
      assert.equal(stream.status, 200);
      await until("it follows", async () => stream.text().includes("event: following"));
    }
    await clientOf(server).send({ name: "watched", data: { text: canary.text } });
    for (const stream of streams) {
      await until("it is told", async () => stream.text().includes("watched"));
      assert.deepEqual(findCanaries(Buffer.from(stream.text()), [canary]), []);
      stream.close();
    }
  });

  it("A-018 a stream ends with the session by which it was opened, and nothing more is told on it", async () => {
    const leaving = await invite(server, owner, "di@example.com", { role: "viewer" });
    const stream = await follow(server, cookieOf(leaving));
    await until("it follows", async () => stream.text().includes("event: following"));
    const person = (await operatorOf(server).people()).find(({ email }) => email === "di@example.com");
    await operatorOf(server).deactivatePerson(person?.id ?? "", "left");
    await clientOf(server).send({ name: "too.late" });
    await until("it has ended", async () => stream.hasEnded());
    assert.match(stream.text(), /event: cut\ndata: \{"why":"access"\}/);
    assert.ok(!stream.text().includes("too.late"));
  });

  it("A-036 a role that was taken away ends the stream of a token, too", async () => {
    const operator = operatorOf(server);
    const { id, secret = "" } = await operator.createOperatorToken({ name: "watch", role: "viewer" });
    const stream = await follow(server, { authorization: `Bearer ${secret}` });
    await until("it follows", async () => stream.text().includes("event: following"));
    await operator.revokeOperatorToken(id);
    await clientOf(server).send({ name: "after.that" });
    await until("it has ended", async () => stream.hasEnded());
    assert.ok(!stream.text().includes("after.that"));
  });

  it("of whoever must add a second factor first nothing is taken", async () => {
    const policy = await owner.admin<Readonly<Record<string, unknown>>>("GET", "/sign-in-policy");
    await owner.admin("PUT", "/sign-in-policy", { ...policy, mfa_roles: ["viewer"] });
    const weak = await invite(server, owner, "ed@example.com", { role: "viewer" });
    const answer = await weak.ask("GET", "/v1/events", undefined, HERE);
    assert.equal((answer.json as { code?: string }).code, "mfa_required");
    await owner.admin("PUT", "/sign-in-policy", policy);
    assert.equal((await weak.ask("GET", "/v1/events", undefined, HERE)).status, 200);
  });
});
