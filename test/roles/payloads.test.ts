import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import type { Canary } from "../kit/canaries.ts";
import { createCanary, findCanaries } from "../kit/canaries.ts";
import { environmentRoutes } from "../kit/environment-routes.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, signUpOwner } from "../kit/page.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const sent = createCanary("event data");
const sender = createCanary("event user");
const stepResult = createCanary("step result");
const returned = createCanary("function result");
const thrown = createCanary("error");
const compared = createCanary("expression of a step that waits");
const filtered = createCanary("expression of a cancellation");
const CANARIES: readonly Canary[] = [sent, sender, stepResult, returned, thrown, compared, filtered];

/** As a literal of an expression: between quotes, on one line. */
const literal = ({ marks }: Canary): string => `'${marks.join("")}'`;

const FUNCTIONS: readonly FunctionSpec[] = [
  {
    id: "returns",
    async handler({ step }) {
      await step.run("makes", () => ({ made: stepResult.text }));
      return { text: returned.text };
    },
  },
  {
    id: "fails",
    options: { retries: 0 },
    handler: () => {
      const error = new TypeError(thrown.text);
      error.name = `Wrong${thrown.marks[0]}`;
      throw error;
    },
  },
  {
    id: "waits",
    handler: ({ step }) =>
      step.waitForEvent("answer", {
        event: "answered",
        timeout: "1h",
        if: `async.data.who == ${literal(compared)}`,
      }),
  },
];

/** How each route that reads is asked, with ids of what is there. Those that answer with payloads are marked. */
interface Reading {
  readonly path: string;
  readonly carries: boolean;
}

describe("payloads, and who sees them", { timeout: 180_000 }, () => {
  let server: TestServer;
  let app: TestApp;
  let owner: Page;
  let tokens: { readonly without: string; readonly with: string; readonly scoped: string };
  const runs: Record<string, RunId> = {};
  let event = "";

  before(async () => {
    server = await startTestServer();
    app = await startTestApp({ server, sdk: "v4", adapter: "node", id: "shop", functions: FUNCTIONS });
    owner = await signUpOwner(server);
    const client = clientOf(server);
    for (const { id } of FUNCTIONS) {
      const [eventId] = (
        await client.send({ name: eventOf(id), data: { text: sent.text }, user: { name: sender.text } })
      ).ids;
      assert.ok(eventId !== undefined);
      event = eventId;
      const [run] = await runsOf(server, eventId);
      assert.ok(run !== undefined);
      runs[id] = run.run_id;
      if (id !== "waits") await endOf(server, run.run_id);
    }
    await until("the run waits", async () =>
      ((await client.trace(runs["waits"] as RunId)).children ?? []).some(
        ({ status }) => status === "WAITING",
      ),
    );
    const rule = await request(server, "POST", "/v1/cancellations", {
      body: JSON.stringify({
        app_id: "shop",
        function_id: "returns",
        started_before: new Date(Date.now() - 1000).toISOString(),
        if: `event.data.who == ${literal(filtered)}`,
      }),
    });
    assert.equal(rule.status, 200, rule.text);
    const operator = operatorOf(server);
    const make = async (payloads: boolean, scopes?: readonly string[]): Promise<string> => {
      const { id } = await operator.createServiceAccount({ name: "reader", role: "owner", payloads });
      const limits = scopes === undefined ? {} : { scopes };
      return (await operator.createServiceToken(id, { name: "key", expires: "1d", ...limits })).secret;
    };
    tokens = {
      without: await make(false),
      with: await make(true),
      scoped: await make(true, ["runs.read", "apps.read", "environments.read", "keys.read"]),
    };
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const readings = (): Readonly<Record<string, readonly Reading[]>> => {
    const { fails, returns, waits } = runs;
    const of = (carries: boolean, ...paths: readonly string[]): readonly Reading[] =>
      paths.map((path) => ({ path, carries }));
    const output = (path: string): string => `${path}${path.includes("?") ? "&" : "?"}includeOutput=true`;
    return {
      "GET /v1/events": of(true, "/v1/events", "/v1/events?internal=true"),
      "GET /v1/events/:id": of(true, `/v1/events/${event}`),
      "GET /v1/events/:id/runs": of(false, `/v1/events/${event}/runs`),
      "GET /v1/runs/:id": of(true, `/v1/runs/${returns}`, `/v1/runs/${fails}`),
      "GET /v1/runs/:id/jobs": of(false, `/v1/runs/${waits}/jobs`),
      "GET /v1/cancellations": of(true, "/v1/cancellations"),
      "GET /v1/apps/:app/functions": of(false, "/v1/apps/shop/functions"),
      "GET /holdfast/v1/status": of(false, "/holdfast/v1/status"),
      "GET /holdfast/v1/apps": of(false, "/holdfast/v1/apps"),
      "GET /v2/health": of(false, "/v2/health"),
      "GET /v2/account": of(false, "/v2/account"),
      "GET /v2/envs": of(false, "/v2/envs"),
      "GET /v2/keys/events": of(false, "/v2/keys/events"),
      "GET /v2/keys/signing": of(false, "/v2/keys/signing"),
      "GET /v2/sealing/keys": of(false, "/v2/sealing/keys"),
      "GET /v2/events/:eventId/runs": of(false, output(`/v2/events/${event}/runs`)),
      "GET /v2/runs": of(true, output("/v2/runs"), output("/v2/runs?status=FAILED")),
      "GET /v2/runs/stranded": of(false, output("/v2/runs/stranded")),
      "GET /v2/runs/:runId": of(true, output(`/v2/runs/${returns}`), output(`/v2/runs/${fails}`)),
      "GET /v2/runs/:runId/trace": of(
        true,
        output(`/v2/runs/${returns}/trace`),
        output(`/v2/runs/${fails}/trace`),
        `/v2/runs/${waits}/trace`,
      ),
      "GET /v2/apps": of(false, "/v2/apps"),
      "GET /v2/apps/:appId": of(false, "/v2/apps/shop"),
      "GET /v2/apps/:appId/functions": of(false, "/v2/apps/shop/functions"),
      "GET /v2/apps/:appId/functions/:functionId": of(false, "/v2/apps/shop/functions/waits"),
      "GET /v2/apps/:appId/functions/:functionId/runs": of(
        true,
        output("/v2/apps/shop/functions/returns/runs"),
      ),
    };
  };

  const ask = (token: string, path: string, method = "GET", body?: unknown): Promise<Answer> =>
    request(server, method, path, {
      authorized: false,
      headers: { authorization: `Bearer ${token}`, "x-inngest-env": "production" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const revealing = (path: string): string => `${path}${path.includes("?") ? "&" : "?"}reveal=true`;
  const seenIn = ({ headers, text }: Answer): readonly string[] => [
    ...new Set(
      findCanaries(Buffer.from(`${JSON.stringify(headers)}\n${text}`), CANARIES).map(
        ({ canary }) => canary.label,
      ),
    ),
  ];

  it("every route that somebody may read without a key is asked here", async () => {
    // One shows a page that an app makes, the other goes on for ever and has tests of its own below.
    const apart = new Set(["GET /holdfast/v1/apps/introspect", "GET /holdfast/v1/follow"]);
    const reading = (await environmentRoutes())
      .filter((route) => route.startsWith("GET ") && !route.endsWith(" -"))
      .map((route) => route.split(" ").slice(0, 2).join(" "))
      .filter((route) => !apart.has(route));
    assert.deepEqual(reading.toSorted(), Object.keys(readings()).toSorted());
  });

  it("A-037 no route shows anything of them to an owner who may not see payloads", async () => {
    const seen: string[] = [];
    for (const { path } of Object.values(readings()).flat()) {
      const answer = await ask(tokens.without, path);
      assert.ok(answer.status === 200 || answer.status === 501, `${path}: ${answer.text}`);
      for (const label of seenIn(answer)) seen.push(`${path} shows the ${label}`);
    }
    assert.deepEqual(seen, []);
  });

  it("with the key, the same answers hold every one of them: there is something to be hidden", async () => {
    const found = new Set<string>();
    for (const { carries, path } of Object.values(readings()).flat()) {
      const labels = seenIn(await request(server, "GET", path));
      assert.equal(labels.length > 0, carries, `${path}: ${labels.join()}`);
      for (const label of labels) found.add(label);
    }
    assert.deepEqual([...found].toSorted(), CANARIES.map(({ label }) => label).toSorted());
  });

  it("whoever may see them sees them when they ask, as the key does, and masked until they ask", async () => {
    for (const { path } of Object.values(readings()).flat()) {
      assert.deepEqual(seenIn(await ask(tokens.with, path)), [], path);
      const shown = seenIn(await ask(tokens.with, revealing(path)));
      assert.deepEqual(shown, seenIn(await request(server, "GET", path)), path);
    }
  });

  it("A-037 asking takes the right to see them: a grant without it, and a token whose scopes leave it out, do not", async () => {
    for (const { carries, path } of Object.values(readings()).flat()) {
      if (!carries) continue;
      for (const token of [tokens.without, tokens.scoped]) {
        const answer = await ask(token, revealing(path));
        assert.equal(answer.status, 403, path);
        assert.match(answer.text, /payloads\.read/);
        assert.deepEqual(seenIn(answer), []);
      }
    }
  });

  it("a masked value says of what type it is and how long", async () => {
    const { json } = await ask(tokens.without, `/v1/events/${event}`);
    const { data } = json as { data: { data: unknown; user: unknown; name: string } };
    const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
    assert.equal(data.name, "waits/go");
    assert.deepEqual(data.data, { masked: "object", bytes: bytes({ text: sent.text }) });
    assert.deepEqual(data.user, { masked: "object", bytes: bytes({ name: sender.text }) });
  });

  it("A-037 nobody learns what is in events by which runs an expression cancels", async () => {
    const rule = {
      app_id: "shop",
      function_id: "returns",
      started_before: new Date(Date.now() - 1000).toISOString(),
    };
    const guess = { ...rule, if: "event.data.who == 'ana'" };
    const refused = await ask(tokens.without, "/v1/cancellations", "POST", guess);
    assert.equal(refused.status, 403);
    assert.equal((await ask(tokens.without, "/v1/cancellations", "POST", rule)).status, 200);
    assert.equal((await ask(tokens.with, "/v1/cancellations", "POST", guess)).status, 200);
  });

  it("A-037 what somebody sends, starts or repeats is not said back", async () => {
    const told = createCanary("what was sent");
    const body = { data: { text: told.text } };
    const answers = [
      await ask(tokens.without, "/v2/events", "POST", { name: "told", ...body }),
      await ask(tokens.without, "/v2/apps/shop/functions/waits/invoke", "POST", body),
      await ask(tokens.without, "/invoke/shop-waits", "POST", body),
      await ask(tokens.without, `/v2/runs/${runs["returns"]}/rerun`, "POST", {}),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(findCanaries(Buffer.from(answer.text), [told, ...CANARIES]), []);
    }
  });

  it("who asked to see what is in the environment's log, and nothing of what they saw", async () => {
    const viewer = await invite(server, owner, "vera@example.com", { role: "viewer", payloads: true });
    const path = `/v1/runs/${runs["returns"]}`;
    const answer = await viewer.ask("GET", revealing(path), undefined, { "x-inngest-env": "production" });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(seenIn(answer), ["function result"]);
    const operator = operatorOf(server);
    const vera = (await operator.people()).find(({ email }) => email === "vera@example.com");
    const [row] = await until("the log has it", async () => {
      const found = await operator.auditRows("production", {
        action: "payloads.revealed",
        actor: vera?.id ?? "",
      });
      return found.length > 0 && found;
    });
    assert.deepEqual(
      [row?.entry.actor.type, row?.entry.targets[0]?.type, row?.entry.targets[0]?.id],
      ["user", "run", runs["returns"]],
    );
    assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(row)), CANARIES), []);
  });

  it("in an environment where a grant does not reach, its payloads flag does not either", async () => {
    const operator = operatorOf(server);
    await operator.createEnvironment({ name: "staging", kind: "custom" });
    const mixed = await invite(server, owner, "max@example.com", {
      role: "viewer",
      environments: ["staging"],
      payloads: true,
    });
    const person = (await operator.people()).find(({ email }) => email === "max@example.com");
    await operator.setGrants(person?.id ?? "", [
      { role: "viewer", environments: ["staging"], payloads: true },
      { role: "viewer", environments: ["production"], payloads: false },
    ]);
    const path = `/v1/events/${event}`;
    const here = { "x-inngest-env": "production" };
    assert.deepEqual(seenIn(await mixed.ask("GET", path, undefined, here)), []);
    const refused = await mixed.ask("GET", revealing(path), undefined, here);
    assert.equal(refused.status, 403);
  });
});
