import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const ROOT = "/holdfast/v1/admin";
const STAGING = "/environments/staging";

describe("what operators say, member by member", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await makeEnvironment(server, "staging");
  });
  after(() => server[Symbol.asyncDispose]());

  function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return request(server, method, `${ROOT}${path}`, {
      authorized: false,
      headers: { authorization: `Bearer ${server.operatorToken}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function dataOf(answer: Promise<Answer>): Promise<Readonly<Record<string, unknown>>> {
    const { json, status, text } = await answer;
    assert.ok(status < 300, text);
    return (json as { readonly data: Readonly<Record<string, unknown>> }).data;
  }

  it("a limit of egress is changed, kept or taken away by itself", async () => {
    const limits = { timeout_seconds: 5, answer_bytes: 4096, concurrency: 3 };
    const of = async (body: unknown) => {
      const {
        answer_bytes: bytes,
        concurrency,
        timeout_seconds: seconds,
      } = await dataOf(ask("PUT", `${STAGING}/egress`, body));
      return [seconds, bytes, concurrency];
    };
    assert.deepEqual(await of(limits), [5, 4096, 3]);
    assert.deepEqual(await of({ answer_bytes: 2048 }), [5, 2048, 3]);
    assert.deepEqual(await of({ timeout_seconds: null }), [null, 2048, 3]);
    assert.deepEqual(await of({ concurrency: 4 }), [null, 2048, 4]);
    assert.deepEqual(await of({ answer_bytes: null, concurrency: null }), [null, null, null]);
    for (const wrong of [{ answer_bytes: "4096" }, { concurrency: 0 }, { timeout_seconds: -1 }])
      assert.equal((await ask("PUT", `${STAGING}/egress`, wrong)).status, 400);
  });

  it("an event key's name and rules are changed each without the other", async () => {
    const path = `${STAGING}/event-keys`;
    const { id } = await dataOf(ask("POST", path, { name: "shop", allow_names: ["order/*"] }));
    const named = await dataOf(ask("PATCH", `${path}/${String(id)}`, { name: "web shop" }));
    assert.deepEqual([named["name"], named["allow_names"]], ["web shop", ["order/*"]]);
    const ruled = await dataOf(ask("PATCH", `${path}/${String(id)}`, { deny_names: ["order/paid"] }));
    assert.deepEqual(
      [ruled["name"], ruled["allow_names"], ruled["deny_names"]],
      ["web shop", null, ["order/paid"]],
    );
    assert.equal(ruled["expires_at"], null);
    const ending = await dataOf(ask("PATCH", `${path}/${String(id)}`, { expires: "2099-01-01" }));
    assert.deepEqual(
      [ending["expires_at"], ending["deny_names"]],
      ["2099-01-01T00:00:00.000Z", ["order/paid"]],
    );
  });

  it("a label has 1 to 100 visible characters", async () => {
    for (const label of ["", "   ", "x".repeat(101), "a\nb", 5, null])
      assert.equal((await ask("PATCH", STAGING, { label })).status, 400, JSON.stringify(label));
    assert.equal((await dataOf(ask("PATCH", STAGING, { label: "x".repeat(100) })))["label"], "x".repeat(100));
  });

  it("days are a number, null or inherit; a hold is of one thing", async () => {
    for (const days of ["5", true, {}, [], undefined])
      assert.equal((await ask("PUT", `${STAGING}/retention`, { days })).status, 400, JSON.stringify(days));
    assert.equal((await dataOf(ask("PUT", `${STAGING}/retention`, { days: 40 })))["days"], 40);
    assert.equal((await dataOf(ask("PUT", `${STAGING}/retention`, { days: null })))["days"], null);
    const holds = `${STAGING}/legal-holds`;
    const both = await ask("POST", holds, { function: "a", run: "b", reason: "case 7" });
    assert.deepEqual([both.status, /not both/.test(both.text)], [400, true]);
    const whole = await dataOf(ask("POST", holds, { reason: "case 7" }));
    assert.deepEqual([whole["scope"], whole["of"]], ["environment", null]);
    const run = await dataOf(ask("POST", holds, { run: "01RUN", reason: "case 8" }));
    assert.deepEqual([run["scope"], run["of"]], ["run", "01RUN"]);
    for (const { id } of [whole, run])
      await dataOf(ask("POST", `${holds}/${String(id)}/lift`, { reason: "over" }));
  });

  it("a log is listed whole or by its action, and exported as lines unless another form is named", async () => {
    const actions = async (query: string) =>
      (
        (await ask("GET", `${STAGING}/audit${query}`)).json as {
          readonly data: readonly { readonly entry: { readonly action: string } }[];
        }
      ).data.map(({ entry }) => entry.action);
    assert.ok(new Set(await actions("")).size > 3);
    assert.deepEqual(new Set(await actions("?action=legal_hold.placed")), new Set(["legal_hold.placed"]));
    for (const query of ["?limit=0", "?limit=1001", "?limit=x", "?before=-1"])
      assert.equal((await ask("GET", `${STAGING}/audit${query}`)).status, 400, query);
    for (const [body, beginning] of [
      [undefined, '{"format":"holdfast-audit/1"'],
      [{}, '{"format":"holdfast-audit/1"'],
      [{ format: "csv" }, '"seq"'],
    ] as const) {
      const { status, text } = await ask("POST", `${STAGING}/audit/export`, body);
      assert.deepEqual([status, text.startsWith(beginning)], [200, true], text.slice(0, 80));
    }
  });

  it("what attacks are about, and what asked, is in the log as it was said", async () => {
    await dataOf(ask("POST", "/redteam", {}, { "user-agent": "attacker/1" }));
    await dataOf(ask("POST", "/redteam", { app: "https://shop.example.org/api" }));
    const entries = async () =>
      (await operatorOf(server).auditRows(null, { action: "redteam.run" })).map(({ entry }) => [
        entry.targets[0]?.type,
        entry.targets[0]?.id,
      ]);
    assert.deepEqual(await entries(), [
      ["app_endpoint", "https://shop.example.org/api"],
      ["installation", "installation"],
    ]);
    const [, first] = await operatorOf(server).auditRows(null, { action: "redteam.run" });
    const { user_agent: agent, via } = first?.entry.context ?? {};
    assert.deepEqual([via, agent], ["api", "attacker/1"]);
  });

  it("a key is in the answer of a revocation only when one had to be made", async () => {
    const path = `${STAGING}/signing-keys`;
    const { id: next } = await dataOf(ask("POST", `${path}/rotate`, {}));
    const without = await dataOf(ask("POST", `${path}/${String(next)}/revoke`, { force_reason: "a drill" }));
    assert.ok(!("secret" in without));
    const keys = without["keys"] as readonly { readonly id: string; readonly state: string }[];
    const active = keys.find(({ state }) => state === "active")?.id ?? "";
    const made = await dataOf(ask("POST", `${path}/${active}/revoke`, { force_reason: "it leaked" }));
    assert.match(String(made["secret"]), /^signkey-/);
  });
});
