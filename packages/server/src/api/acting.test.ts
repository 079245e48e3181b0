import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import { actingAuthority, noteCallersAct } from "./acting.ts";

const authority = {
  actor: { type: "user", id: "p", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "api" },
} as const;

/** A request as far as it is asked: who makes it, and from where. */
function requestOf(more: object): FastifyRequest {
  return {
    caller: null,
    keyId: null,
    ip: "203.0.113.7",
    id: "r-1",
    headers: {},
    ...more,
  } as unknown as FastifyRequest;
}

test("actingAuthority() is whoever came by the door of people, else the key that was shown, else nobody known", () => {
  assert.equal(actingAuthority(requestOf({ caller: { authority }, keyId: "k-1" })), authority);
  const context = { address: "203.0.113.7", userAgent: null, requestId: "r-1", via: "api" };
  assert.deepEqual(actingAuthority(requestOf({ keyId: "k-1" })), {
    actor: { type: "app", id: "k-1", name: null, keyId: "k-1" },
    context,
  });
  assert.deepEqual(actingAuthority(requestOf({ headers: { "user-agent": "curl" } })), {
    actor: { type: "anonymous", id: "anonymous", name: null, keyId: null },
    context: { ...context, userAgent: "curl" },
  });
});

test("noteCallersAct() notes what people and tokens do, and nothing of what apps do", () => {
  const noted: AuditAct[] = [];
  const audit = { note: (act: AuditAct) => void noted.push(act) };
  const target = { type: "event", id: "e-1", name: null } as const;
  noteCallersAct(requestOf({ keyId: "k-1" }), audit, "event.sent", target);
  assert.deepEqual(noted, []);
  noteCallersAct(requestOf({ caller: { authority } }), audit, "event.sent", target);
  assert.deepEqual(
    noted.map(({ action, authority: by, targets }) => [action, by, targets]),
    [["event.sent", authority, [target]]],
  );
});
