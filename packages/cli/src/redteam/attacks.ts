import { gzipSync } from "node:zlib";
import type { Attack, RawAnswer, RawRequest } from "./attack.ts";
import { each, found } from "./cases.ts";

const ADMIN = "/holdfast/v1/admin/environments";

const bearer = (token: string) => [["Authorization", `Bearer ${token}`]] as const;
const refused: ReadonlySet<number> = new Set([
  0, 400, 401, 403, 404, 405, 413, 414, 415, 421, 429, 431, 501, 503,
]);
const isRefused = ({ status }: RawAnswer): boolean => refused.has(status);

const PRIVATE_PATHS = [
  "/v1/events",
  "/v1/runs/x",
  "/v2/runs",
  "/v2/apps",
  "/api/v2/envs",
  "/v0/gql",
  "/v0/",
  "/dev",
  "/dev/traces",
  "/mcp",
  "/metrics",
  "/invoke/x",
  "/test",
  "/test/reset",
  "/debug",
  "/.env",
  "/.git/config",
  "/holdfast/v1/status",
  "/holdfast/v1/apps",
  "/holdfast/v1/follow",
  ADMIN,
  "/holdfast/v1/admin/audit",
  "/fn/register",
  "/v1/signals",
];

const EVENT = '{"name":"a/b"}';
/** What a server must not unpack, or not so far: the largest is 64 MiB. */
const PACKED: readonly (readonly [encoding: string, body: string | Uint8Array])[] = [
  ["br", EVENT],
  ["deflate", EVENT],
  ["x-nonsense", EVENT],
  ["gzip, gzip", gzipSync(gzipSync(EVENT))],
  ["gzip", gzipSync(gzipSync(EVENT))],
  ["gzip", gzipSync(`{"name":"a/b","data":"${" ".repeat(64 * 1024 * 1024)}"}`)],
  ["gzip", gzipSync(EVENT).subarray(0, 12)],
];

/** Every attack that can be made from outside on a live server without harm, by its number. */
export const ATTACKS: readonly Attack[] = [
  {
    id: "A-001",
    title: "walks paths without any credential",
    expected: "nothing but health answers; every other path refuses",
    fix: "Give every route its access.",
    run: ({ ask }) =>
      each(
        PRIVATE_PATHS.flatMap((target) =>
          ["GET", "POST", "PUT", "DELETE"].map((method) => ({ method, target })),
        ),
        ask,
        isRefused,
        ({ method, target }) => `${method} ${target}`,
      ),
  },
  {
    id: "A-005",
    title: "provokes errors and looks for stacks, paths and versions",
    expected: "no stack, no path of a file, no version in any answer",
    fix: "Answer with a code and a sentence, and keep the rest in the log.",
    run: ({ ask }) =>
      each<RawRequest>(
        [
          { method: "POST", target: "/e/x", body: "[" },
          { method: "TRACE", target: "/" },
          { method: "OPTIONS", target: "*" },
          { method: "GET", target: "/%zz" },
          { method: "GET", target: `/${"a".repeat(3000)}` },
          { method: "POST", target: "/fn/register", body: "{" },
          { method: "NONSENSE", target: "/" },
        ],
        ask,
        ({ body, headers }) =>
          !/\bat .+:\d+:\d+|node_modules|\/(?:home|usr|app)\/|Error:/.test(body) &&
          !headers.has("x-powered-by") &&
          !headers.has("server"),
        ({ method, target }) => `${method} ${target.slice(0, 40)}`,
      ),
  },
  {
    id: "A-007",
    title: "names another host, two hosts, and a whole address on the request line",
    expected: "421 or 400, and nothing in the answer names the foreign host",
    fix: "Compare Host with the names of the server before anything else.",
    run: ({ ask, url }) =>
      each<RawRequest>(
        [
          { method: "GET", target: "/health", headers: [["Host", "evil.example"]] },
          {
            method: "GET",
            target: "/health",
            headers: [
              ["Host", url.host],
              ["Host", "evil.example"],
            ],
          },
          { method: "GET", target: "http://evil.example/health" },
          {
            method: "GET",
            target: "/health",
            headers: [
              ["Host", "evil.example"],
              ["X-Forwarded-Host", url.host],
            ],
          },
        ],
        ask,
        ({ body, status }) => (status === 421 || status === 400) && !body.includes("evil.example"),
        ({ headers, target }) => `${target} ${JSON.stringify(headers ?? [])}`,
      ),
  },
  {
    id: "A-008",
    title: "reads what the server tells of itself without a credential",
    expected: "health says that it answers, and neither version nor maker",
    fix: "Take versions and makers out of open answers.",
    async run({ ask }) {
      const { body, headers, status } = await ask({ method: "GET", target: "/health" });
      const tells = /\d+\.\d+\.\d+/.test(body) || headers.has("server") || headers.has("x-powered-by");
      return found(status === 200 && !tells, `${status} ${body.slice(0, 100)}`);
    },
  },
  {
    id: "A-040",
    title: "asks the operators' API as a page of another origin, with a good token",
    expected: "403",
    fix: "Refuse Origin and Sec-Fetch-Site of other origins on the operators' API.",
    run: ({ ask, operatorToken }) =>
      each(
        [
          ["Origin", "https://evil.example"],
          ["Origin", "null"],
          ["Sec-Fetch-Site", "cross-site"],
        ] as const,
        (header) => ask({ method: "GET", target: ADMIN, headers: [...bearer(operatorToken), header] }),
        ({ headers, status }) => status === 403 && !headers.has("access-control-allow-origin"),
        ([name, value]) => `${name}: ${value}`,
      ),
  },
  {
    id: "A-048",
    title: "asks for leave to read answers across origins",
    expected: "no Access-Control-Allow-Origin on any route with a key",
    fix: "Share nothing across origins but what an event key's own list says.",
    run: ({ ask, operatorToken, url }) =>
      each(
        [`https://${url.hostname}.evil.example`, "null", "https://evil.example"],
        (origin) =>
          ask({
            method: "OPTIONS",
            target: "/v1/events",
            headers: [...bearer(operatorToken), ["Origin", origin], ["Access-Control-Request-Method", "GET"]],
          }),
        ({ headers }) => !headers.has("access-control-allow-origin"),
        (origin) => origin,
      ),
  },
  {
    id: "A-049",
    title: "tries to have private answers kept by a cache",
    expected: "no-store on every answer",
    fix: "Answer with Cache-Control: no-store.",
    run: ({ ask, operatorToken }) =>
      each(
        [ADMIN, `${ADMIN};.css`, "/v1/events/x.js", "/health"],
        (target) => ask({ method: "GET", target, headers: bearer(operatorToken) }),
        ({ headers }) => /no-store/.test(headers.get("cache-control") ?? ""),
        (target) => target,
      ),
  },
  {
    id: "A-050",
    title: "shows malformed tokens, two at once, and tokens of other kinds",
    expected: "401 or 400, always the same words",
    fix: "Refuse what is no token before it is looked up.",
    run: ({ ask, operatorToken }) =>
      each<readonly (readonly [string, string])[]>(
        [
          bearer(`${operatorToken.slice(0, -1)}!`),
          bearer(operatorToken.slice(0, -1)),
          bearer(operatorToken.replace("hf_op_", "hf_event_")),
          bearer("a".repeat(8000)),
          [["Authorization", `Basic ${operatorToken}`]],
          [...bearer(operatorToken), ...bearer("other")],
        ],
        (headers) => ask({ method: "GET", target: ADMIN, headers }),
        ({ status }) => status === 401 || status === 400 || status === 429,
        (headers) => `${headers.length} header(s)`,
      ),
  },
  {
    id: "A-091",
    title: "administers with a signing key",
    needs: "signingKey",
    expected: "401 on every operators' route",
    fix: "Take operators' tokens alone on operators' routes.",
    run: ({ ask, signingKey }) =>
      each(
        [ADMIN, "/holdfast/v1/admin/audit", "/holdfast/v1/admin/operator-tokens"],
        (target) => ask({ method: "GET", target, headers: bearer(signingKey ?? "") }),
        ({ status }) => status === 401 || status === 429,
        (target) => target,
      ),
  },
  {
    id: "A-053",
    title: "uses an event key on other routes",
    needs: "eventKey",
    expected: "401",
    fix: "Take event keys in the event API's path alone.",
    run: ({ ask, eventKey }) =>
      each(
        ["/v1/events", "/v2/runs", ADMIN, "/fn/register"],
        (target) => ask({ method: "GET", target, headers: bearer(eventKey ?? "") }),
        isRefused,
        (target) => target,
      ),
  },
  {
    id: "A-101",
    title: "signs with another key, with none, and in other letters",
    expected: "401 on routes that apps use",
    fix: "Verify before anything is read, and in constant time.",
    run: ({ ask }) =>
      each(
        [`signkey-prod-${"ab".repeat(32)}`, "", "ab".repeat(32), "AB".repeat(32)],
        (key) => ask({ method: "POST", target: "/fn/register", headers: bearer(key), body: "{}" }),
        ({ status }) => status === 401,
        (key) => `${key.length} characters`,
      ),
  },
  {
    id: "A-121",
    title: "sends compressed bombs and encodings within encodings",
    needs: "eventKey",
    expected: "refused with 400, 413 or 415 after a bounded effort",
    fix: "Bound what is unpacked, and refuse what is packed twice.",
    run: ({ ask, eventKey }) =>
      each(
        PACKED,
        ([encoding, body]) =>
          ask({
            method: "POST",
            target: `/e/${eventKey ?? ""}`,
            headers: [["Content-Encoding", encoding]],
            body,
          }),
        ({ status }) => status === 400 || status === 413 || status === 415,
        ([encoding, body]) => `${encoding}, ${body.length} bytes`,
      ),
  },
  {
    id: "A-122",
    title: "sends JSON of great depth and numbers without end",
    needs: "eventKey",
    expected: "400, within a second",
    fix: "Bound depth and numbers before anything is built.",
    run: ({ ask, eventKey }) =>
      each(
        [
          "[".repeat(200_000),
          `{"name":"a/b","data":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
          '{"name":"a/b","data":1e999999}',
        ],
        (body) => ask({ method: "POST", target: `/e/${eventKey ?? ""}`, body }),
        ({ status, tookMs }) => status === 400 && tookMs < 1000,
        (body) => `${body.length} characters`,
      ),
  },
  {
    id: "A-123",
    title: "sends keys that would change every object",
    expected: "refused or inert; the server goes on",
    fix: "Never build objects from keys that strangers chose.",
    needs: "eventKey",
    async run({ ask, eventKey }) {
      // It is read to its end, and refused for its name: nothing is left behind.
      const data =
        '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2}';
      const first = await ask({
        method: "POST",
        target: `/e/${eventKey ?? ""}`,
        body: `{"name":"inngest/x","__proto__":{"polluted":true},"data":${data}}`,
      });
      const { body, status } = await ask({ method: "GET", target: "/health" });
      const isSafe = first.status === 400 && status === 200 && !body.includes("polluted");
      return found(isSafe, `${first.status}, then ${status} ${body.slice(0, 100)}`);
    },
  },
  {
    id: "A-120",
    title: "sends heads that are too large and have too many lines",
    expected: "431, 414 or 400",
    fix: "Bound heads.",
    run: ({ ask }) =>
      each<RawRequest>(
        [
          { method: "GET", target: "/health", headers: [["X", "a".repeat(60_000)]] },
          {
            method: "GET",
            target: "/health",
            headers: Array.from({ length: 400 }, (_, at) => [`X-${at}`, "1"] as const),
          },
          { method: "GET", target: `/health?${"a".repeat(12_000)}` },
        ],
        ask,
        ({ status }) => status === 431 || status === 414 || status === 400 || status === 0,
        ({ target }) => target.slice(0, 20),
      ),
  },
  {
    id: "A-145",
    title: "writes control characters into what is logged",
    expected: "refused, or one escaped line; the answer does not repeat them",
    fix: "Log values as JSON, and repeat nothing.",
    async run({ ask }) {
      const { body } = await ask({
        method: "GET",
        target: "/v1/events",
        headers: [["User-Agent", "x\u001b[31m%s"]],
      });
      return found(!body.includes("\u001b"), body.slice(0, 100));
    },
  },
  {
    id: "A-160",
    title: "sends events without a key, with an empty and with an unknown one",
    expected: "401, in the words of the protocol",
    fix: "Check the key before the body is read.",
    run: ({ ask }) =>
      each(
        ["/e", "/e/", "/e/unknown", "/e/%00", `/e/${"a".repeat(400)}`],
        (target) => ask({ method: "POST", target, body: '{"name":"a/b"}' }),
        ({ status }) => status === 401 || status === 400 || status === 404,
        (target) => target.slice(0, 40),
      ),
  },
  {
    id: "A-161",
    title: "sends events under reserved names",
    needs: "eventKey",
    expected: "400",
    fix: "Compare names after they are normalised.",
    run: ({ ask, eventKey }) =>
      each(
        ["inngest/function.failed", "INNGEST/x", "Inngest/function.finished"],
        (name) => ask({ method: "POST", target: `/e/${eventKey ?? ""}`, body: JSON.stringify({ name }) }),
        ({ status }) => status === 400 || status === 403,
        (name) => name,
      ),
  },
  {
    id: "A-085",
    title: "guesses operators' tokens",
    expected: "429 with Retry-After before long",
    fix: "Count refused tokens by network.",
    async run({ ask }) {
      let last: RawAnswer | null = null;
      for (let count = 0; count < 40; count++) {
        last = await ask({ method: "GET", target: ADMIN, headers: bearer("hf_op_org_guess") });
        if (last.status === 429) break;
      }
      const wait = last?.headers.get("retry-after") ?? null;
      return found(
        last?.status === 429 && wait !== null,
        `${last?.status ?? 0}, Retry-After ${wait ?? "missing"}`,
      );
    },
  },
];
