import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Permission, Role } from "@holdfast/protocol";
import { ROLES } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { environmentRoutes } from "../kit/environment-routes.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const LETTERS: Readonly<Record<Role, string>> = {
  owner: "O",
  admin: "A",
  operator: "P",
  developer: "D",
  viewer: "V",
  auditor: "U",
};

/** Nobody without a signing key. */
const APPS_ALONE = "";
const READ = "OAPDV";
const ACT = "OAPd";

/**
 * Who may use each route of an environment without its key, by letter; in lower case: not in production. Written by hand, beside the
 * table that decides.
 */
const MAY: Readonly<Record<string, string>> = {
  "POST /fn/register": APPS_ALONE,
  "DELETE /fn/remove": APPS_ALONE,
  "POST /v1/checkpoint": APPS_ALONE,
  "POST /v1/checkpoint/:runId/async": APPS_ALONE,
  "POST /v1/checkpoint/:runId/steps": APPS_ALONE,
  "POST /v1/http/runs": APPS_ALONE,
  "POST /v1/http/runs/:runId/async": APPS_ALONE,
  "POST /v1/http/runs/:runId/steps": APPS_ALONE,
  "POST /v1/realtime/publish/tee": APPS_ALONE,
  "GET /v0/runs/:runId/actions": APPS_ALONE,
  "GET /v0/runs/:runId/batch": APPS_ALONE,
  "DELETE /v0/runs/:runId": APPS_ALONE,
  "POST /v0/telemetry": APPS_ALONE,
  "POST /v1/runs/:id/metadata": APPS_ALONE,
  "POST /v1/signals": APPS_ALONE,
  "GET /v1/events": READ,
  "GET /v1/events/:id": READ,
  "GET /v1/events/:id/runs": READ,
  "GET /v1/runs/:id": READ,
  "DELETE /v1/runs/:id": ACT,
  "GET /v1/runs/:id/jobs": READ,
  "POST /v1/cancellations": ACT,
  "GET /v1/cancellations": READ,
  "DELETE /v1/cancellations/:id": ACT,
  "POST /invoke/:slug": ACT,
  "GET /v1/apps/:app/functions": "OAPDVU",
  "GET /holdfast/v1/follow": READ,
  "GET /holdfast/v1/status": "OAPDVU",
  "GET /holdfast/v1/apps": "OAPDVU",
  "PUT /holdfast/v1/apps/sync": "OAd",
  "GET /holdfast/v1/apps/introspect": "OAd",
  "GET /v2/health": "OAPDVU",
  "GET /v2/account": "OAPDVU",
  "GET /v2/envs": "OAPDVU",
  "GET /v2/keys/events": "OAPDU",
  "GET /v2/keys/signing": "OAPDU",
  "GET /v2/sealing/keys": "OAPDU",
  "POST /v2/events": "OAPD",
  "GET /v2/events/:eventId/runs": READ,
  "GET /v2/runs": READ,
  "GET /v2/runs/stranded": READ,
  "GET /v2/runs/:runId": READ,
  "GET /v2/runs/:runId/trace": READ,
  "POST /v2/runs/:runId/rerun": ACT,
  "POST /v2/runs/:runId/cancel": ACT,
  "POST /v2/runs/:runId/rescue": ACT,
  "GET /v2/apps": "OAPDVU",
  "GET /v2/apps/:appId": "OAPDVU",
  "GET /v2/apps/:appId/functions": "OAPDVU",
  "GET /v2/apps/:appId/functions/:functionId": "OAPDVU",
  "GET /v2/apps/:appId/functions/:functionId/runs": READ,
  "POST /v2/apps/:appId/functions/:functionId/invoke": ACT,
  "POST /v2/apps/:appId/functions/:functionId/pause": ACT,
  "POST /v2/apps/:appId/functions/:functionId/resume": ACT,
  "POST /v2/apps/:appId/syncs": APPS_ALONE,
  "GET /v2/apps/:appId/functions/:functionId/experiments": APPS_ALONE,
  "GET /v2/apps/:appId/functions/:functionId/experiments/:experimentId": APPS_ALONE,
  "POST /v2/envs": APPS_ALONE,
  "PATCH /v2/envs/:id": APPS_ALONE,
  "GET /v2/env/webhooks": APPS_ALONE,
  "POST /v2/env/webhooks": APPS_ALONE,
  "GET /v2/partner/accounts": APPS_ALONE,
  "POST /v2/partner/accounts": APPS_ALONE,
  "POST /v2/runs/:runId/scores": APPS_ALONE,
  "GET /v2/insights/tables": APPS_ALONE,
  "GET /v2/insights/events/schemas": APPS_ALONE,
  "POST /v2/insights/query": APPS_ALONE,
  "POST /v2/insights/query/prompt": APPS_ALONE,
  "GET /v2/experiments": APPS_ALONE,
  "GET /v2/sessions": APPS_ALONE,
  "GET /v2/sessions/:key": APPS_ALONE,
  "GET /v2/sessions/:key/:id/runs": APPS_ALONE,
  ...Object.fromEntries(
    ["sandboxes", "snapshots"].flatMap((family) =>
      ["DELETE", "GET", "PATCH", "POST", "PUT"].flatMap((method) => [
        [`${method} /v2/${family}`, APPS_ALONE],
        [`${method} /v2/${family}/*`, APPS_ALONE],
      ]),
    ),
  ),
};

type Verdict = "allowed" | "forbidden" | "hidden";

/** What an answer says of whether its asker may: whatever is wrong with the request itself comes after that. */
function verdictOf({ json, status, text }: Answer): Verdict {
  const { code, errors } = json as {
    readonly code?: string;
    readonly errors?: readonly { readonly code: string }[];
  };
  if (code === "environment_unknown") return "hidden";
  if (code === "forbidden" || errors?.[0]?.code === "access_denied") return "forbidden";
  assert.notEqual(status, 401, text);
  return "allowed";
}

/** Asks with a body, or a run, that no route can read, so that as little as possible happens. */
function ask(
  server: TestServer,
  credential: Readonly<Record<string, string>>,
  route: string,
  environment: string | null,
): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ");
  const query = path.endsWith("/follow") ? "?runId=none" : "";
  return request(server, method, `${path.replaceAll(/:\w+/g, "none").replace("*", "none")}${query}`, {
    authorized: false,
    headers: { ...credential, ...(environment === null ? {} : { "x-inngest-env": environment }) },
    ...(method === "GET" ? {} : { body: "[" }),
  });
}

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

describe("routes of an environment, asked without its key", { timeout: 180_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    for (const name of ["staging", "secret", "old"]) await makeEnvironment(server, name);
    await operatorOf(server).archiveEnvironment("old");
  });
  after(() => server[Symbol.asyncDispose]());

  async function tokenOf(role: Role, environments?: readonly string[]): Promise<string> {
    const bound = environments === undefined ? {} : { environments };
    return (await operatorOf(server).createOperatorToken({ name: role, role, ...bound })).secret ?? "";
  }

  /** A token of a service account, which may be cut down to scopes. */
  async function serviceTokenOf(role: Role, scopes?: readonly Permission[]): Promise<string> {
    const operator = operatorOf(server);
    const { id } = await operator.createServiceAccount({ name: role, role });
    const limits = scopes === undefined ? {} : { scopes: [...scopes] };
    return (await operator.createServiceToken(id, { name: "key", expires: "1d", ...limits })).secret ?? "";
  }

  it("every route is in the matrix", async () => {
    const routes = (await environmentRoutes()).map((route) => route.split(" ").slice(0, 2).join(" "));
    assert.deepEqual(routes.toSorted(), Object.keys(MAY).toSorted());
  });

  for (const role of ROLES) {
    it(`A-038 every route answers the role ${role} in each environment as the matrix says`, async () => {
      const wrong: string[] = [];
      const everywhere = await tokenOf(role);
      const bound = await tokenOf(role, ["staging"]);
      const service = await serviceTokenOf(role);
      for (const [route, letters] of Object.entries(MAY)) {
        const letter = LETTERS[role];
        const inAll = letters.includes(letter);
        const outside = inAll || letters.includes(letter.toLowerCase());
        const word = (may: boolean): Verdict => (may ? "allowed" : "forbidden");
        for (const [token, environment, expected] of [
          [everywhere, "production", word(inAll)],
          [everywhere, "staging", word(outside)],
          [everywhere, "nowhere", "hidden"],
          [service, "production", word(inAll)],
          [bound, "staging", word(outside)],
          [bound, "production", "hidden"],
          [bound, "secret", "hidden"],
          [bound, "nowhere", "hidden"],
        ] as const) {
          const verdict = verdictOf(await ask(server, bearer(token), route, environment));
          if (verdict !== expected)
            wrong.push(
              `${role}${token === bound ? " of staging" : ""}: ${route} in ${environment} is ${verdict}, not ${expected}`,
            );
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  it("of an environment in the archive everything can be read and nothing done", async () => {
    const token = await tokenOf("owner");
    const wrong: string[] = [];
    for (const [route, letters] of Object.entries(MAY)) {
      if (letters === APPS_ALONE) continue;
      const { json, status } = await ask(server, bearer(token), route, "old");
      const isRefused = status === 410 && (json as { code?: string }).code === "environment_archived";
      if (isRefused === route.startsWith("GET ")) wrong.push(`${route} answered ${status}`);
    }
    assert.deepEqual(wrong, []);
  });

  it("a token does what its scopes name, and nothing else, whatever its account was given", async () => {
    const token = await serviceTokenOf("owner", ["runs.read"]);
    const wrong: string[] = [];
    for (const route of await environmentRoutes()) {
      const [method, path, permission] = route.split(" ");
      if (permission === "-") continue;
      const { status, text } = await ask(server, bearer(token), `${method} ${path}`, "production");
      const isRefused = status === 403 && text.includes("insufficient_scope");
      if (isRefused === (permission === "runs.read")) wrong.push(`${route} answered ${status} ${text}`);
    }
    assert.deepEqual(wrong, []);
  });

  it("A-030 one that is not one's business is answered as one that there is not, to the byte", async () => {
    const token = await tokenOf("owner", ["staging"]);
    for (const route of Object.keys(MAY)) {
      const [secret, nowhere] = await Promise.all(
        ["secret_", "nowhere"].map(async (name) => {
          const { headers, status, text } = await ask(
            server,
            bearer(token),
            route,
            name === "secret_" ? "secret" : name,
          );
          for (const each of ["x-request-id", "date", "content-length"]) delete headers[each];
          return JSON.stringify([status, headers, text]).replaceAll(/secret|nowhere/g, "NAME");
        }),
      );
      assert.equal(secret, nowhere, route);
    }
  });

  it("whoever does not say where is not taken to mean production", async () => {
    const answer = await ask(server, bearer(await tokenOf("owner")), "GET /v1/events", null);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /x-inngest-env/);
  });

  it("a token that is over, was mistyped, or is one of a directory opens nothing", async () => {
    const { id, secret = "" } = await operatorOf(server).createOperatorToken({ name: "x", role: "owner" });
    assert.equal((await ask(server, bearer(secret), "GET /v1/events", "production")).status, 200);
    await operatorOf(server).revokeOperatorToken(id);
    for (const token of [secret, `${secret.slice(0, -1)}${secret.endsWith("a") ? "b" : "a"}`])
      assert.equal((await ask(server, bearer(token), "GET /v1/events", "production")).status, 401);
  });

  it("A-033 what was denied is in the environment's own log, with who asked and what it would have taken", async () => {
    const operator = operatorOf(server);
    const { id, secret = "" } = await operator.createOperatorToken({ name: "nosy", role: "viewer" });
    await ask(server, bearer(secret), "POST /v2/runs/:runId/cancel", "staging");
    await ask(server, bearer(secret), "POST /fn/register", "staging");
    const denied = async () =>
      (await operator.auditRows("staging", { action: "access.denied", actor: id })).map(({ entry }) =>
        [entry.actor.type, entry.reason, entry.targets[0]?.id].join(" "),
      );
    await until("the log has both", async () => (await denied()).length === 2);
    assert.deepEqual((await denied()).toSorted(), [
      "operator runs.act staging",
      "operator signing key staging",
    ]);
  });

  it("signing keys go on opening what they opened, and nothing of people", async () => {
    const route = await request(server, "GET", "/v1/events", { headers: { "x-inngest-env": "staging" } });
    assert.equal(route.status, 200, "a key says whose it is; the header names a branch at most");
  });
});
