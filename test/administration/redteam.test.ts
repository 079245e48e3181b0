import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { APP_ATTACKS } from "../../packages/cli/src/redteam/app-attacks.ts";
import type { RawRequest } from "../../packages/cli/src/redteam/attack.ts";
import { attackAll } from "../../packages/cli/src/redteam/redteam.ts";
import { rawRequest } from "../../packages/cli/src/redteam/raw-request.ts";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { operatorOf } from "../kit/operator.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

/** What a door in front of the server lets through that the server itself would not: `true` when it answered. */
type Weakness = (request: IncomingMessage, response: ServerResponse) => boolean;

function send(
  response: ServerResponse,
  status: number,
  body = "{}",
  headers: Readonly<Record<string, string>> = {},
): true {
  response.writeHead(status, { "cache-control": "no-store", ...headers });
  response.end(body);
  return true;
}

const isPath = (request: IncomingMessage, start: string): boolean => request.url?.startsWith(start) === true;
const POSTS_EVENTS = (request: IncomingMessage): boolean =>
  request.method === "POST" && isPath(request, "/e/");

/** Each takes one check away, and the number of the attack that has to find it. */
const WEAKNESSES: readonly (readonly [title: string, found: string, weakness: Weakness])[] = [
  [
    "a route that asks for no key",
    "A-001",
    (request, response) => isPath(request, "/v2/apps") && send(response, 200),
  ],
  [
    "metrics that are open",
    "A-001",
    (request, response) => isPath(request, "/metrics") && send(response, 200, "up 1"),
  ],
  [
    "a stack in an error",
    "A-005",
    (request, response) =>
      request.method === "POST" &&
      request.url === "/e/x" &&
      send(response, 500, "Error: x\n    at f (/app/node_modules/x.js:1:2)"),
  ],
  [
    "a header that names the maker",
    "A-005",
    (request, response) =>
      request.method === "NONSENSE" ||
      (request.url === "/fn/register" && send(response, 401, "{}", { "x-powered-by": "Express" })),
  ],
  [
    "any host",
    "A-007",
    (request, response) => request.headers.host === "evil.example" && send(response, 200),
  ],
  [
    "a version in health",
    "A-008",
    (request, response) =>
      request.url === "/health" &&
      request.headers.host !== "evil.example" &&
      send(response, 200, '{"version":"1.2.3"}'),
  ],
  [
    "pages of any origin at the operators' API",
    "A-040",
    (request, response) =>
      request.headers.origin !== undefined && isPath(request, "/holdfast/v1/admin") && send(response, 200),
  ],
  [
    "an origin that is reflected",
    "A-048",
    (request, response) =>
      request.method === "OPTIONS" &&
      request.headers.origin !== undefined &&
      send(response, 204, "", { "access-control-allow-origin": request.headers.origin }),
  ],
  [
    "answers that a cache may keep",
    "A-049",
    (request, response) =>
      isPath(request, "/v1/events/x.js") && send(response, 401, "{}", { "cache-control": "public" }),
  ],
  [
    "tokens of another kind",
    "A-050",
    (request, response) =>
      request.headers.authorization?.startsWith("Bearer hf_event_") === true &&
      isPath(request, "/holdfast/v1/admin") &&
      send(response, 200),
  ],
  [
    "a signing key that administers",
    "A-091",
    (request, response) =>
      request.headers.authorization?.startsWith("Bearer signkey-test") === true &&
      isPath(request, "/holdfast/v1/admin") &&
      send(response, 200),
  ],
  [
    "an event key that reads",
    "A-053",
    (request, response) =>
      /^Bearer [0-9a-f]{48}$/.test(request.headers.authorization ?? "") &&
      isPath(request, "/v1/events") &&
      send(response, 200),
  ],
  [
    "a registration with any key",
    "A-101",
    (request, response) =>
      request.method === "POST" &&
      request.url === "/fn/register" &&
      request.headers.authorization !== undefined &&
      send(response, 200),
  ],
  [
    "any encoding",
    "A-121",
    (request, response) =>
      POSTS_EVENTS(request) && request.headers["content-encoding"] === "br" && send(response, 200),
  ],
  [
    "JSON without a bound",
    "A-122",
    (request, response) =>
      POSTS_EVENTS(request) && Number(request.headers["content-length"]) > 90_000 && send(response, 200),
  ],
  [
    "events without a key",
    "A-160",
    (request, response) => request.method === "POST" && request.url === "/e/unknown" && send(response, 200),
  ],
  [
    "reserved names in other letters",
    "A-161",
    (request, response) =>
      POSTS_EVENTS(request) &&
      request.headers["content-length"] === String('{"name":"INNGEST/x"}'.length) &&
      send(response, 200),
  ],
  [
    "members that change every object",
    "A-123",
    (request, response) =>
      POSTS_EVENTS(request) && request.headers["content-length"] === "167" && send(response, 200),
  ],
  [
    "guesses without end",
    "A-085",
    (request, response) => request.headers.authorization === "Bearer hf_op_org_guess" && send(response, 401),
  ],
];

/** A door in front of a server or an app, with a weakness of its own. */
async function weakDoor(origin: string, weakness: Weakness): Promise<Server> {
  const door = createServer((incoming, response) => {
    if (weakness(incoming, response)) return;
    // Everything else is the own answer of who is behind.
    const onward = httpRequest(
      `${origin}${incoming.url?.startsWith("/") === true ? incoming.url : "/"}`,
      { method: incoming.method, headers: incoming.headers, agent: false, setHost: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  return door;
}

const isCall = ({ method }: IncomingMessage): boolean => method === "POST";
const signatureOf = ({ headers }: IncomingMessage): string => String(headers["x-inngest-signature"] ?? "");

/** The same of an app's endpoint. */
const APP_WEAKNESSES: readonly (readonly [title: string, found: string, weakness: Weakness])[] = [
  [
    "an app that asks for no signature",
    "A-101",
    (request, response) => isCall(request) && signatureOf(request) === "" && send(response, 500),
  ],
  [
    "an app that takes signatures of any key",
    "A-101",
    (request, response) =>
      isCall(request) && /^t=\d+&s=[0-9a-f]{64}$/.test(signatureOf(request)) && send(response, 206),
  ],
  [
    "an app that does not look at the time",
    "A-102",
    (request, response) =>
      isCall(request) &&
      Number(/^t=(\d+)/.exec(signatureOf(request))?.[1] ?? Infinity) < Date.now() / 1000 - 360 &&
      Number(/^t=(\d+)/.exec(signatureOf(request))?.[1]) > 1000 &&
      send(response, 206),
  ],
  [
    "an app that shows its stacks",
    "A-005",
    ({ method }, response) =>
      method === "PATCH" && send(response, 500, "TypeError: x\n    at f (/srv/a.js:1:2)"),
  ],
  [
    "an app that tells its key",
    "A-056",
    ({ method, url }, response) =>
      method === "GET" &&
      url?.includes("?") === false &&
      send(response, 200, `{"key":"signkey-prod-${"ab".repeat(32)}"}`),
  ],
];

describe("holdfast redteam", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  it("finds nothing on our server, says so, leaves a note in its log, and exits with 0", async () => {
    await using own = await startTestServer();
    const env = {
      HOLDFAST_OPERATOR_TOKEN: own.operatorToken,
      HOLDFAST_SIGNING_KEY: own.signingKey ?? "",
      HOLDFAST_EVENT_KEY: own.eventKey,
    };
    const { code, stderr, stdout } = await runHoldfast(["redteam", own.url, "--json"], {
      cwd: own.dataDir,
      env,
    });
    const { data: outcomes } = JSON.parse(stdout) as {
      data: readonly { id: string; outcome: string; observed: string }[];
    };
    assert.deepEqual(
      outcomes.filter(({ outcome }) => outcome !== "safe"),
      [],
      stderr,
    );
    assert.equal(code, 0);
    assert.ok(outcomes.length >= 18);
    for (const secret of Object.values(env)) assert.ok(!stdout.includes(secret));
    await own.stop();
    await own.start();
    const [row] = await operatorOf(own).auditRows(null, { action: "redteam.run" });
    assert.equal(row?.entry.actor.type, "operator");
  });

  it("attacks nobody without the operator's token", async () => {
    const without = await runHoldfast(["redteam", server.url], { cwd: "/" });
    assert.equal(without.code, 4);
    const wrong = await runHoldfast(["redteam", server.url], {
      cwd: "/",
      env: { HOLDFAST_OPERATOR_TOKEN: "hf_op_org_wrong" },
    });
    assert.equal(wrong.code, 4);
  });

  for (const [title, expected, weakness] of WEAKNESSES) {
    it(`finds ${title}, by ${expected}`, async () => {
      await using own = await startTestServer();
      const door = await weakDoor(own.url, weakness);
      try {
        // A server that listens on TCP has an address of this form.
        const url = new URL(`http://127.0.0.1:${(door.address() as AddressInfo).port}`);
        const outcomes = await attackAll({
          url,
          operatorToken: own.operatorToken,
          signingKey: own.signingKey,
          eventKey: own.eventKey,
          ask: (request) => rawRequest(url, request),
        });
        const fell = outcomes.filter(({ outcome }) => outcome === "unsafe").map(({ id }) => id);
        assert.ok(fell.includes(expected), `found ${fell.join(", ") || "nothing"}`);
      } finally {
        door.close();
        door.closeAllConnections();
      }
    });
  }

  it("finds nothing on apps of the official SDKs and of ours, runs none of their functions, and is in the log", async () => {
    await using own = await startTestServer();
    const env = {
      HOLDFAST_URL: own.url,
      HOLDFAST_OPERATOR_TOKEN: own.operatorToken,
      HOLDFAST_SIGNING_KEY: own.signingKey ?? "",
    };
    const attack = (...args: readonly string[]) =>
      runHoldfast(["redteam", ...args, "--json"], { cwd: own.dataDir, env });
    let ran = 0;
    for (const sdk of ["v3", "v4", "own"] as const) {
      const functions = [{ id: "work", handler: () => (ran += 1) }];
      await using app = await startTestApp({
        server: own,
        sdk,
        adapter: "node",
        id: `shop-${sdk}`,
        functions,
      });
      const { code, stdout } = await attack(app.url, "--app");
      const { data } = JSON.parse(stdout) as {
        data: readonly { id: string; outcome: string; observed: string }[];
      };
      assert.deepEqual(
        data.map(({ id, outcome }) => [id, outcome]),
        [
          ["A-101", "safe"],
          ["A-102", "safe"],
          ["A-005", "safe"],
          ["A-056", "safe"],
        ],
        `${sdk} ${stdout}`,
      );
      assert.equal(code, 0);
      for (const secret of Object.values(env).slice(1)) assert.ok(!stdout.includes(secret));
    }
    assert.equal(ran, 0);
    const rows = await operatorOf(own).auditRows(null, { action: "redteam.run" });
    assert.equal(rows.length, 3);
    assert.ok(rows.every(({ entry }) => entry.targets[0]?.type === "app_endpoint"));
    // Whose app it is not is left alone.
    assert.equal((await attack(`${own.url}/api/inngest`, "--app")).code, 5);
    assert.equal((await attack(own.url, "--url", own.url)).code, 2);
  });

  for (const [title, expected, weakness] of APP_WEAKNESSES) {
    it(`finds ${title}, by ${expected}`, async () => {
      const functions = [{ id: "work", handler: () => "done" }];
      await using app = await startTestApp({ server, sdk: "v4", adapter: "node", id: "weak", functions });
      const { origin, pathname } = new URL(app.url);
      const door = await weakDoor(origin, weakness);
      try {
        // A server that listens on TCP has an address of this form.
        const url = new URL(pathname, `http://127.0.0.1:${(door.address() as AddressInfo).port}`);
        const { operatorToken, signingKey } = server;
        const arena = { url, operatorToken, signingKey, eventKey: null };
        const ask = (request: RawRequest) => rawRequest(url, request);
        const outcomes = await attackAll({ ...arena, ask }, APP_ATTACKS);
        const fell = outcomes.filter(({ outcome }) => outcome === "unsafe").map(({ id }) => id);
        assert.ok(fell.includes(expected), JSON.stringify(outcomes));
      } finally {
        door.close();
        door.closeAllConnections();
      }
    });
  }
});
