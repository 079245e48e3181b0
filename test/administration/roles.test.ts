import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Role } from "@holdfast/protocol";
import { ROLES } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import { operatorRoutes } from "../kit/operator-routes.ts";
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

/** Who may use each route, by letter; in lower case: not in production. Written by hand, beside the table that decides. */
const MAY: Readonly<Record<string, string>> = {
  "GET /roles": "OAPDVU",
  "GET /people": "OAU",
  "GET /people/:id": "OAU",
  "POST /people/:id/grants": "OA",
  "POST /people/:id/deactivate": "OA",
  "POST /people/:id/reactivate": "OA",
  "POST /people/:id/sign-out": "OA",
  "POST /people/:id/break-glass": "OA",
  "POST /people/:id/reset": "OA",
  "GET /invitations": "OAU",
  "POST /invitations": "OA",
  "POST /invitations/:id/revoke": "OA",
  "POST /set-up-link": "OA",
  "GET /service-accounts": "OAU",
  "POST /service-accounts": "OA",
  "POST /service-accounts/:id/remove": "OA",
  "POST /service-accounts/:id/tokens": "OA",
  "POST /service-accounts/:id/tokens/:token/revoke": "OA",
  "GET /sign-in-policy": "OAU",
  "PUT /sign-in-policy": "OA",
  "GET /sso": "OAU",
  "POST /sso": "OA",
  "GET /sso/:id": "OAU",
  "POST /sso/:id": "OA",
  "POST /sso/:id/remove": "OA",
  "POST /sso/metadata": "OA",
  "POST /sso/:id/metadata": "OA",
  "POST /sso/:id/certificates/:sha256/activate": "OA",
  "POST /sso/:id/certificates/:sha256/retire": "OA",
  "POST /sso/:id/own-keys/prepare": "OA",
  "POST /sso/:id/own-keys/turn": "OA",
  "POST /sso/:id/own-keys/give-up": "OA",
  "POST /sso/:id/map-preview": "OA",
  "POST /sso/:id/test": "OA",
  "GET /sso/:id/tests/:handle": "OAU",
  "POST /sso/:id/enable": "OA",
  "POST /sso/:id/confirm": "OA",
  "POST /sso/break-glass-codes": "OA",
  "POST /sso/:id/scim": "OA",
  "POST /sso/:id/scim/rotate": "OA",
  "POST /sso/:id/scim/remove": "OA",
  "POST /sso/:id/scim/allow": "OA",
  "GET /domains": "OAU",
  "POST /domains": "OA",
  "POST /domains/:domain/verify": "OA",
  "POST /domains/:domain/trust": "O",
  "POST /domains/:domain/remove": "OA",
  "GET /environments": "OAPDVU",
  "POST /environments": "OA",
  "PATCH /environments/:environment": "OA",
  "POST /environments/:environment/archive": "OA",
  "POST /environments/:environment/unarchive": "OA",
  "GET /environments/:environment/event-keys": "OAPDU",
  "POST /environments/:environment/event-keys": "OAd",
  "PATCH /environments/:environment/event-keys/:id": "OAd",
  "POST /environments/:environment/event-keys/:id/revoke": "OAd",
  "GET /environments/:environment/signing-keys": "OAPDU",
  "POST /environments/:environment/signing-keys/rotate": "OAd",
  "POST /environments/:environment/signing-keys/probe": "OAd",
  "POST /environments/:environment/signing-keys/promote": "OAd",
  "POST /environments/:environment/signing-keys/step-back": "OAd",
  "POST /environments/:environment/signing-keys/:id/revoke": "OAd",
  "GET /operator-tokens": "OAU",
  "POST /operator-tokens": "OA",
  "POST /operator-tokens/:id/revoke": "OA",
  "POST /environments/:environment/apps/:app/approve": "OAd",
  "GET /audit": "OAU",
  "POST /audit/export": "OAU",
  "GET /audit/verify": "OAU",
  "GET /audit/checkpoints": "OAU",
  "POST /audit/checkpoint": "OAU",
  "GET /environments/:environment/audit": "OAU",
  "POST /environments/:environment/audit/export": "OAU",
  "GET /environments/:environment/audit/verify": "OAU",
  "GET /environments/:environment/audit/checkpoints": "OAU",
  "POST /environments/:environment/audit/checkpoint": "OAU",
  "GET /audit/sinks": "OAU",
  "POST /audit/sinks": "OA",
  "PATCH /audit/sinks/:id": "OA",
  "DELETE /audit/sinks/:id": "OA",
  "POST /audit/sinks/:id/test": "OA",
  "GET /environments/:environment/egress": "OAPDU",
  "PUT /environments/:environment/egress": "OAd",
  "GET /environments/:environment/retention": "OAPU",
  "PUT /environments/:environment/retention": "OA",
  "POST /environments/:environment/retention/sweep": "OA",
  "GET /environments/:environment/legal-holds": "OAPU",
  "POST /environments/:environment/legal-holds": "OA",
  "POST /environments/:environment/legal-holds/:id/lift": "OA",
  "POST /environments/:environment/erasures": "OA",
  "POST /redteam": "OA",
  "GET /master-key": "OAU",
  "POST /master-key/rewrap": "O",
  "POST /environments/:environment/data-keys/:id/destroy": "O",
};

/** Routes that answer whoever may use them somewhere. */
const FILTERED: ReadonlySet<string> = new Set(["GET /environments", "GET /roles"]);

const ROOT = "/holdfast/v1/admin";

describe("roles", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await makeEnvironment(server, "staging");
    await makeEnvironment(server, "secret");
  });
  after(() => server[Symbol.asyncDispose]());

  async function tokenOf(role: Role, environments?: readonly string[]): Promise<string> {
    const bound = environments === undefined ? {} : { environments };
    return (await operatorOf(server).createOperatorToken({ name: role, role, ...bound })).secret ?? "";
  }

  /** Asks with a body that no route can read, so that as little as possible happens. */
  function ask(token: string, route: string, environment: string): Promise<Answer> {
    const [method = "", path = ""] = route.split(" ");
    const target = path.replace(":environment", environment).replaceAll(/:\w+/g, "none");
    return request(server, method, `${ROOT}${target}`, {
      authorized: false,
      headers: { authorization: `Bearer ${token}` },
      ...(method === "GET" ? {} : { body: "[" }),
    });
  }

  const verdictOf = ({ json, status }: Answer): string => {
    const { code } = json as { readonly code?: string };
    if (status === 403 && code === "forbidden") return "forbidden";
    if (code === "environment_unknown") return "hidden";
    assert.notEqual(status, 401);
    return "allowed";
  };

  it("A-033 A-036 every route is in the matrix, and answers each role in each environment as it says", async () => {
    const routes = await operatorRoutes();
    assert.deepEqual(
      routes.map((route) => route.split(" ").slice(0, 2).join(" ").replace(ROOT, "")).toSorted(),
      Object.keys(MAY).toSorted(),
    );
    const wrong: string[] = [];
    for (const role of ROLES) {
      const everywhere = await tokenOf(role);
      const bound = await tokenOf(role, ["staging"]);
      for (const [route, letters] of Object.entries(MAY)) {
        const letter = LETTERS[role];
        const inAll = letters.includes(letter);
        const outside = inAll || letters.includes(letter.toLowerCase());
        const word = (may: boolean): string => (may ? "allowed" : "forbidden");
        const isOfEnvironment = route.includes(":environment");
        const expected: readonly (readonly [token: string, environment: string, verdict: string])[] =
          isOfEnvironment
            ? [
                [everywhere, "production", word(inAll)],
                [everywhere, "staging", word(outside)],
                [everywhere, "nowhere", outside ? "hidden" : "forbidden"],
                [bound, "staging", word(outside)],
                [bound, "production", "hidden"],
                [bound, "secret", "hidden"],
                [bound, "nowhere", "hidden"],
              ]
            : [
                [everywhere, "-", word(inAll)],
                [bound, "-", word(inAll && FILTERED.has(route))],
              ];
        for (const [token, environment, verdict] of expected) {
          const answer = verdictOf(await ask(token, route, environment));
          if (answer !== verdict)
            wrong.push(
              `${role}${token === bound ? " of staging" : ""}: ${route} in ${environment} is ${answer}, not ${verdict}`,
            );
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("A-030 an environment that is none of one's business looks like one that there is not, and is not listed", async () => {
    const token = await tokenOf("admin", ["staging"]);
    const bodies = await Promise.all(
      ["secret", "nowhere"].map(async (name) => {
        const { headers, status, text } = await ask(token, "GET /environments/:environment/egress", name);
        delete headers["x-request-id"];
        delete headers["date"];
        return JSON.stringify([status, headers, text]).replaceAll(name, "NAME");
      }),
    );
    assert.equal(
      bodies[0]?.replace(/"content-length":"\d+"/, ""),
      bodies[1]?.replace(/"content-length":"\d+"/, ""),
    );
    const listed = (await ask(token, "GET /environments", "-")).json as {
      readonly data: readonly { readonly name: string }[];
    };
    assert.deepEqual(
      listed.data.map(({ name }) => name),
      ["staging"],
    );
  });

  it("A-034 A-036 nobody makes a token that may more than his own, or that is good where his own is not", async () => {
    const admin = operatorOf({ url: server.url, operatorToken: await tokenOf("admin") });
    await assert.rejects(admin.createOperatorToken({ name: "more", role: "owner" }), { code: "forbidden" });
    await admin.createOperatorToken({ name: "less", role: "developer", environments: ["staging"] });
    const bound = operatorOf({ url: server.url, operatorToken: await tokenOf("owner", ["staging"]) });
    await assert.rejects(bound.createOperatorToken({ name: "wide", role: "viewer" }), { code: "forbidden" });
    const owner = operatorOf(server);
    for (const wrong of [{ role: "root" }, { role: "viewer", environments: [] }, {}])
      await assert.rejects(owner.createOperatorToken({ name: "odd", ...wrong } as never), {
        code: "request_failed",
      });
    await assert.rejects(
      owner.createOperatorToken({ name: "odd", role: "viewer", environments: ["nowhere"] }),
      { code: "not_found" },
    );
  });

  it("a revoked token of any role is over at its next request", async () => {
    const owner = operatorOf(server);
    const { id, secret = "" } = await owner.createOperatorToken({ name: "gone", role: "auditor" });
    assert.equal((await ask(secret, "GET /audit", "-")).status, 200);
    await owner.revokeOperatorToken(id);
    assert.equal((await ask(secret, "GET /audit", "-")).status, 401);
  });

  it("what was denied is in the log, with who asked and what it would have taken", async () => {
    const { id, secret = "" } = await operatorOf(server).createOperatorToken({
      name: "nosy",
      role: "viewer",
    });
    await ask(secret, "PUT /environments/:environment/egress", "production");
    const denied = async () =>
      (await operatorOf(server).auditRows(null, { action: "access.denied", actor: id })).map(
        ({ entry }) => [entry.result, entry.reason, entry.targets[0]?.id] as const,
      );
    await until("the log has it", async () => (await denied()).length > 0);
    assert.deepEqual(await denied(), [["denied", "egress.manage", "production"]]);
  });
});
