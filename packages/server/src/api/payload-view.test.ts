import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import { mainEnvironment } from "#environments";
import { nodeDigest } from "#kernel";
import { silentAuditLog } from "#audit";
import { masked, payloadView } from "./payload-view.ts";

test("masked() says of what type a value is and how long as JSON, and nothing of it", () => {
  for (const [value, expected] of [
    [null, { masked: "null", bytes: 4 }],
    [true, { masked: "boolean", bytes: 4 }],
    [12.5, { masked: "number", bytes: 4 }],
    ["é", { masked: "string", bytes: 4 }],
    [[1, 2], { masked: "array", bytes: 5 }],
    [{ secret: "x" }, { masked: "object", bytes: 14 }],
  ] as const)
    assert.deepEqual(masked(value), expected);
  assert.equal(masked(undefined), undefined);
});

const environment = mainEnvironment("production", nodeDigest);
const authority = {
  actor: { type: "user", id: "p", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "api" },
} as const;

/** A request as far as it is asked: who makes it, and its query. */
function look(query: Readonly<Record<string, unknown>>, payloads: boolean | null) {
  const noted: AuditAct[] = [];
  const caller =
    payloads === null
      ? null
      : {
          authority,
          grants: [{ role: "developer", environments: null, payloads }],
          scopes: null,
          signedIn: null,
        };
  const view = (): boolean =>
    payloadView(
      { caller, query } as unknown as FastifyRequest,
      { audit: { ...silentAuditLog, note: (act) => void noted.push(act) }, environment },
      { type: "run", id: "r-1" },
    ).isShown;
  return { view, noted };
}

test("payloadView() shows everything to keys, and to people what they asked for and may see, which is noted", () => {
  assert.equal(look({}, null).view(), true);
  assert.equal(look({ reveal: "no" }, null).view(), true, "apps of before ask with whatever they like");
  for (const query of [{}, { reveal: "false" }]) {
    const { noted, view } = look(query, true);
    assert.equal(view(), false);
    assert.deepEqual(noted, []);
  }
  const { noted, view } = look({ reveal: "true" }, true);
  assert.equal(view(), true);
  assert.deepEqual(
    noted.map(({ action, result, targets }) => [action, result, targets[0]?.type, targets[0]?.id]),
    [["payloads.revealed", "success", "run", "r-1"]],
  );
});

test("payloadView() refuses who asks and may not, and every other word", () => {
  const { noted, view } = look({ reveal: "true" }, false);
  assert.throws(view, { code: "forbidden" });
  assert.deepEqual(
    noted.map(({ action }) => action),
    ["access.denied"],
  );
  for (const reveal of ["", "TRUE", "1", "yes", ["true"], ["true", "false"]])
    assert.throws(look({ reveal }, true).view, { code: "request_invalid" }, JSON.stringify(reveal));
});
