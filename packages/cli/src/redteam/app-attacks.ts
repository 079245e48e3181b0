import { randomBytes } from "node:crypto";
import { bearerToken, LIMITS, parseSigningKey, sign } from "@holdfast/protocol";
import { nodeDigest } from "../node-digest.ts";
import type { Arena, Attack, RawAnswer, RawRequest } from "./attack.ts";
import { each, found } from "./cases.ts";

/** No app has it: a call that gets through runs nobody's code. */
const FUNCTION = "redteam-no-such-function";
const BODY = JSON.stringify({
  event: {},
  events: [],
  steps: {},
  ctx: { run_id: "redteam", attempt: 0 },
  version: 1,
});

/** A call as a server makes it, with these headers. */
function call(url: URL, headers: RawRequest["headers"] = [], body = BODY): RawRequest {
  return {
    method: "POST",
    target: `${url.pathname}?fnId=${FUNCTION}&stepId=step`,
    headers: [["Content-Type", "application/json"], ...headers],
    body,
  };
}

const signature = (value: string): readonly [string, string] => ["X-Inngest-Signature", value];
/** Refused as a stranger, whatever a function of that name would have been answered. */
const isStranger = ({ status }: RawAnswer): boolean => status === 401 || status === 403;

function signed(key: string, atMs: number, body = BODY): string {
  return sign(body, parseSigningKey(key), atMs, nodeDigest);
}

function otherKey(): string {
  return `signkey-prod-${randomBytes(32).toString("hex")}`;
}

/** Calls that no key signed, by what is wrong with each. */
function forged({ url }: Arena, now: number): readonly (readonly [string, RawRequest])[] {
  const good = signed(otherKey(), now);
  return [
    ["without a signature", call(url)],
    ["with an empty one", call(url, [signature("")])],
    ["with one of zeros", call(url, [signature(`t=${Math.floor(now / 1000)}&s=${"0".repeat(64)}`)])],
    ["of another key", call(url, [signature(good)])],
    ["of another key, cut", call(url, [signature(good.slice(0, -1))])],
    ["of another key, in capitals", call(url, [signature(good.toUpperCase())])],
    ["with two", call(url, [signature(good), signature(signed(otherKey(), now))])],
    ["as a development server would make it", call(url, [["X-Inngest-Server-Kind", "dev"]])],
    ["that asks for a trust probe", { ...call(url), target: `${url.pathname}?fnId=${FUNCTION}&probe=trust` }],
  ];
}

/** Calls that the lent key signed, at another time or for another body. */
function misused({ signingKey, url }: Arena, now: number): readonly (readonly [string, RawRequest])[] {
  const key = signingKey ?? "";
  const late = LIMITS.signatureWindowMs + 60_000;
  const good = signed(key, now);
  return [
    ["six minutes old", call(url, [signature(signed(key, now - late))])],
    ["of a year ago", call(url, [signature(signed(key, now - 365 * 86_400_000))])],
    ["for another body", call(url, [signature(signed(key, now, "{}"))])],
    ["cut by a digit", call(url, [signature(good.slice(0, -1))])],
    [
      "with another time than it was made at",
      call(url, [signature(good.replace(/t=\d+/, `t=${Math.floor(now / 1000) - 1}`))]),
    ],
  ];
}

/** Attacks on an app's own endpoint. None of them runs a function. */
export const APP_ATTACKS: readonly Attack[] = [
  {
    id: "A-101",
    title: "calls the app with signatures that no key of its made",
    expected: "401 before any code of the app runs",
    fix: "Give the app its signing key, and take development mode off (INNGEST_DEV, HOLDFAST_DEV).",
    run: (arena) =>
      each(
        forged(arena, Date.now()),
        ([, request]) => arena.ask(request),
        isStranger,
        ([name]) => name,
      ),
  },
  {
    id: "A-102",
    title: "calls the app with good signatures of another time, and for another body",
    needs: "signingKey",
    expected: "401",
    fix: "Update the SDK, and see that the app reads bodies as they came.",
    run: (arena) =>
      each(
        misused(arena, Date.now()),
        ([, request]) => arena.ask(request),
        isStranger,
        ([name]) => name,
      ),
  },
  {
    id: "A-005",
    title: "provokes errors of the app and looks for stacks and paths",
    expected: "no stack and no path of a file in any answer",
    fix: "Run the app in production mode, and answer errors without their stacks.",
    run: ({ ask, url }) =>
      each<RawRequest>(
        [
          // All of it is JSON: what cannot be read might end more than a request.
          call(url, [signature("t=1&s=1")], "[]"),
          call(url, [signature("t=1&s=1")], '{"event":7,"steps":[],"ctx":null}'),
          { method: "PUT", target: url.pathname, body: '{"url":7}' },
          { method: "PATCH", target: url.pathname, body: "{}" },
          { method: "GET", target: `${url.pathname}?fnId=%00&stepId=%ff` },
        ],
        ask,
        ({ body }) => !/\bat .+:\d+:\d+|node_modules|\/(?:home|usr|app|srv|var)\//.test(body),
        ({ method }) => method,
      ),
  },
  {
    id: "A-056",
    title: "asks the app who it is, and to register, and looks for its keys",
    expected: "neither the key nor its hash in any answer",
    fix: "Update the SDK: what an app says of itself to strangers must not tell its key.",
    async run({ ask, signingKey, url }) {
      const secrets =
        signingKey === null
          ? []
          : [signingKey, bearerToken(parseSigningKey(signingKey), nodeDigest)].map((key) => key.slice(-32));
      const answers = [
        await ask({ method: "GET", target: url.pathname }),
        await ask({ method: "PUT", target: url.pathname, body: "" }),
        await ask({
          method: "PUT",
          target: url.pathname,
          headers: [["X-Inngest-Sync-Kind", "in_band"]],
          body: '{"url":"https://evil.example/"}',
        }),
      ];
      const told = answers.filter(({ body, headers }) => {
        const text = `${body}\n${[...headers.values()].join("\n")}`;
        return (
          /signkey-[a-z0-9_]+-[0-9a-f]{16}/.test(text) || secrets.some((secret) => text.includes(secret))
        );
      });
      return found(
        told.length === 0,
        `${answers.length} requests, answered ${answers.map(({ status }) => status).join(", ")}${told.length === 0 ? "" : "; a key stood in an answer"}`,
      );
    },
  },
];
