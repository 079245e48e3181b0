import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import fastify from "fastify";
import { silentAuditLog } from "#audit";
import type { SignedIn } from "#identity";
import { personRecord } from "../../identity/testing/person.ts";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import { createAdmission, sendRefusal } from "./admission.ts";
import type { Caller } from "./caller.ts";
import { callerOf } from "./caller.ts";

const GRANT = { role: "viewer", environments: null } as const;
const ANA: SignedIn = {
  person: { id: "p-1", ...personRecord({ grants: [GRANT] }) },
  session: {} as SignedIn["session"],
  grants: [GRANT],
  isFresh: true,
  must: null,
  factor: "none",
};

/** The door's first room on a real port: everybody known is told who they are. */
async function stage(t: TestContext, signedIn: SignedIn = ANA) {
  const noted: AuditAct[] = [];
  const uses: string[] = [];
  const clock = manualClock(0);
  const session = (how: string) => (secret: string | null) => {
    uses.push(how);
    return secret === "known" ? signedIn : null;
  };
  const world = {
    identity: {
      sessions: { check: session("check"), look: session("look") },
      serviceAccounts: { check: () => null },
    },
    operators: {
      check: (authorization: string) =>
        authorization === "Bearer good" ? { id: "o-1", name: "deploys", grant: GRANT } : null,
    },
    publicUrl: () => "http://localhost",
    machineClock: clock,
    audit: { ...silentAuditLog, note: (act: AuditAct) => void noted.push(act) },
    // Stands for what the server has, as far as it is asked here.
  } as unknown as Parameters<typeof createAdmission>[0];
  const app = fastify();
  const admission = createAdmission(world, "administration");
  app.decorateRequest("caller", null);
  app.all("/*", (request, reply) => {
    const waiting = admission.wait(request);
    if (waiting !== null) return sendRefusal(reply, waiting);
    const caller = admission.admit(request);
    if (caller instanceof HoldfastError) return sendRefusal(reply, caller);
    // The same request once more, as a stream that is still open asks.
    const again = callerOf(request, world, false) as Caller;
    return reply.send({ id: caller.authority.actor.id, again: again.authority.actor.id });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const ask = (headers: Readonly<Record<string, string | readonly string[]>>, method = "GET") =>
    new Promise<{ status: number; challenge: unknown; retryAfter: unknown; body: Record<string, unknown> }>(
      (resolve, reject) => {
        const call = httpRequest({ port, host: "127.0.0.1", method, path: "/", agent: false }, (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (part: string) => (text += part));
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              challenge: answer.headers["www-authenticate"],
              retryAfter: answer.headers["retry-after"],
              body: JSON.parse(text) as Record<string, unknown>,
            }),
          );
        });
        call.on("error", reject);
        for (const [name, value] of Object.entries(headers)) call.setHeader(name, value);
        call.end();
      },
    );
  return { ask, noted, uses, clock };
}

const PAGE = { cookie: "holdfast-session=known", "sec-fetch-site": "same-origin" };

test("an operator's token is one, and whoever shows two or none or another is a stranger, told apart in the log alone", async (t) => {
  const { ask, noted } = await stage(t);
  assert.deepEqual((await ask({ authorization: "Bearer good" })).body, { id: "o-1", again: "o-1" });
  assert.equal(noted.length, 0);
  const answers = [
    await ask({}),
    await ask({ authorization: "Bearer bad" }),
    await ask({ authorization: ["Bearer good", "Bearer bad"] }),
    await ask({ authorization: ["Bearer good", "Bearer good"] }),
    await ask({ cookie: "holdfast-session=unknown" }),
  ];
  for (const { body, challenge, status } of answers)
    assert.deepEqual([status, challenge, body["code"]], [401, "Bearer", "unauthenticated"]);
  assert.equal(new Set(answers.map(({ body }) => body["error"])).size, 1);
  assert.deepEqual(
    noted.map(({ action, reason, result, targets }) => [action, reason, result, targets[0]?.id]),
    ["missing", "unknown", "unknown", "unknown", "missing"].map((reason) => [
      "access.denied",
      reason,
      "denied",
      "administration",
    ]),
  );
});

test("a session that is known and may not do it like this is no stranger: it is told why, and the log has it", async (t) => {
  const { ask, noted } = await stage(t);
  assert.deepEqual((await ask(PAGE)).body, { id: "p-1", again: "p-1" });
  const { body, challenge, status } = await ask(PAGE, "POST");
  assert.equal(status, 403, "a page has to show the session's token");
  assert.equal(challenge, undefined);
  assert.deepEqual(
    noted.map(({ action, authority, reason }) => [action, authority.actor.type, reason]),
    [["access.denied", "anonymous", body["code"]]],
  );
  const other = await stage(t, { ...ANA, must: "enrol_second_factor" });
  assert.deepEqual((await other.ask(PAGE)).body["code"], "mfa_required");
  assert.equal(other.noted[0]?.reason, "mfa_required");
});

test("a page of another origin is refused before anybody looks who it is", async (t) => {
  const { ask, uses } = await stage(t);
  for (const headers of [
    { authorization: "Bearer good", "sec-fetch-site": "cross-site" },
    { authorization: "Bearer good", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site" },
  ])
    assert.deepEqual((await ask(headers)).body["code"], "forbidden");
  assert.deepEqual(uses, []);
});

test("a request uses its session, and a stream that is still open only looks at it", async (t) => {
  const { ask, uses } = await stage(t);
  await ask(PAGE);
  assert.deepEqual(uses, ["check", "look"]);
});

test("strangers have to wait after too many tries, and those who are known count for none", async (t) => {
  const { ask, clock } = await stage(t);
  for (let count = 0; count < 200; count += 1) await ask({ authorization: "Bearer good" });
  let tries = 0;
  let answer = await ask({});
  for (; answer.status === 401; answer = await ask({})) tries += 1;
  assert.deepEqual([answer.status, answer.body["code"], answer.challenge], [429, "rate_limited", undefined]);
  assert.ok(Number(answer.retryAfter) >= 1);
  assert.equal(tries, 20);
  assert.equal((await ask({ authorization: "Bearer good" })).status, 429, "they are at the same address");
  await clock.advance(Number(answer.retryAfter) * 1000);
  assert.equal((await ask({ authorization: "Bearer good" })).status, 200);
});
