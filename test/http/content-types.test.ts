import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { environmentRoutes } from "../kit/environment-routes.ts";
import { operatorRoutes } from "../kit/operator-routes.ts";
import { directoryRoutes, peopleRoutes } from "../kit/people-routes.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { Answer } from "./request.ts";
import { request } from "./request.ts";

const TYPES = new Set([
  "application/json; charset=utf-8",
  "application/scim+json; charset=utf-8",
  "application/samlmetadata+xml; charset=utf-8",
  "text/plain; charset=utf-8",
  "text/html; charset=utf-8",
]);

describe("answers say what they are", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  function faultOf(route: string, { headers, status, text }: Answer): string | null {
    const type = headers["content-type"];
    if (text === "" && (type === undefined || route.startsWith("HEAD "))) return null;
    if (typeof type !== "string" || !TYPES.has(type)) return `${route} answered ${status} as ${String(type)}`;
    if (headers["x-content-type-options"] !== "nosniff") return `${route} lets its type be guessed`;
    if (!String(headers["content-security-policy"]).includes("frame-ancestors 'none'"))
      return `${route} lets itself be framed`;
    const isJson = type.includes("json");
    if (!isJson) return null;
    try {
      JSON.parse(text);
      return null;
    } catch {
      return `${route} is no JSON`;
    }
  }

  const targetOf = (path: string): string => path.replaceAll(/:\w+/g, "none").replace("*", "none");

  it("every route of an environment, with its key and without any, in type, charset and frame", async () => {
    const faults: (string | null)[] = [];
    for (const route of await environmentRoutes()) {
      const [method = "", path = ""] = route.split(" ");
      // A stream of events has a type of its own, and ends with its reader.
      const target = path.endsWith("/follow") ? `${path}?runId=none` : targetOf(path);
      const body = method === "GET" ? {} : { body: "[" };
      faults.push(
        faultOf(route, await request(server, method, target, body)),
        faultOf(route, await request(server, method, target, { ...body, authorized: false })),
      );
    }
    assert.deepEqual(
      faults.filter((fault) => fault !== null),
      [],
    );
  });

  it("every route of operators, people, providers and directories", async () => {
    const faults: (string | null)[] = [];
    const routes = [...(await operatorRoutes()), ...(await peopleRoutes()), ...(await directoryRoutes())];
    for (const route of routes) {
      const [method = "", path = ""] = route.split(" ");
      const body = method === "GET" ? {} : { body: "[" };
      const headers = { authorization: `Bearer ${server.operatorToken}` };
      const answer = await request(server, method, targetOf(path), { ...body, headers, authorized: false });
      faults.push(faultOf(route, answer));
    }
    assert.deepEqual(
      faults.filter((fault) => fault !== null),
      [],
    );
  });

  it("what is there for everybody, what is not there, and what the door itself refuses", async () => {
    for (const [method, path, headers] of [
      ["GET", "/health", {}],
      ["GET", "/.well-known/holdfast-keys.json", {}],
      ["GET", "/nothing", {}],
      ["POST", "/e/wrong", {}],
      ["GET", "/health", { host: "evil.example" }],
      ["GET", "/v1/events", { authorization: `Bearer ${server.operatorToken}` }],
    ] as const) {
      const answer = await request(server, method, path, { headers: { ...headers }, authorized: false });
      assert.equal(faultOf(`${method} ${path}`, answer), null);
    }
  });
});
