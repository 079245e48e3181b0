import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { makeToken } from "@holdfast/protocol";
import { isForEnvironmentDoor } from "./environment-door.ts";

const operator = makeToken("op", null, randomBytes);
const service = makeToken("svc", null, randomBytes);
const cookie = "__Host-holdfast-session=x";
const named = { "x-inngest-env": "production" };

for (const [what, target, headers, expected] of [
  ["an operator's token", "/v1/events", { authorization: `Bearer ${operator}` }, true],
  ["a service account's token", "/v1/events", { authorization: `bearer ${service} ` }, true],
  ["a token that was mistyped", "/v1/events", { authorization: `Bearer ${operator.slice(0, -1)}x` }, false],
  ["a signing key", "/v1/events", { authorization: "Bearer signkey-prod-00", ...named }, false],
  ["a signing key beside a session", "/v1/events", { authorization: "Bearer x", cookie, ...named }, false],
  ["a session in an environment", "/v1/events", { cookie, ...named }, true],
  ["a session that names none", "/v1/events", { cookie }, false],
  ["nothing", "/v1/events", named, false],
  ["a page that sends events", "/e/key", { cookie, ...named }, false],
  ["a page that sends events without a key", "/e?x", { cookie, ...named }, false],
  ["a page that reads a run's stream", "/v1/realtime/sse?token=x", { cookie, ...named }, false],
  ["a page that asks for events by name", "/v1/events?name=token", { cookie, ...named }, true],
] as const)
  test(`isForEnvironmentDoor() says ${expected ? "yes" : "no"} to ${what}`, () => {
    const header = (name: string): string | null => (headers as Record<string, string>)[name] ?? null;
    assert.equal(isForEnvironmentDoor({ method: "GET", target, header }), expected);
  });
