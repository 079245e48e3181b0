import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditAct, Permission } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import { mainEnvironment } from "#environments";
import { nodeDigest } from "#kernel";
import { silentAuditLog } from "#audit";
import { mayHere, refusalOfCaller } from "./authorise-caller.ts";
import type { Caller } from "./caller.ts";

const environment = mainEnvironment("production", nodeDigest);
const staging = { name: "staging", family: null };

function callerWith(more: Partial<Caller>): Caller {
  return {
    authority: {
      actor: { type: "user", id: "p", name: null, keyId: null },
      context: { address: null, userAgent: null, requestId: null, via: "api" },
    },
    grants: [{ role: "operator", environments: null }],
    scopes: null,
    signedIn: null,
    ...more,
  };
}

/** A request as far as it is asked: its route's configuration. */
function requestTo(config: { readonly permission?: Permission | null; readonly needsFresh?: boolean }) {
  return { routeOptions: { config } } as unknown as FastifyRequest;
}

function refusal(config: Parameters<typeof requestTo>[0], caller: Caller) {
  const noted: AuditAct[] = [];
  const audit = { ...silentAuditLog, note: (act: AuditAct) => void noted.push(act) };
  const error = refusalOfCaller(requestTo(config), caller, { audit, environment });
  return { code: error?.code ?? null, reasons: noted.map(({ reason }) => reason) };
}

describe("mayHere()", () => {
  it("takes a grant that reaches there, and a scope where there are any", () => {
    const grants = [{ role: "operator", environments: ["staging"] }] as const;
    assert.equal(mayHere({ grants, scopes: null }, "runs.act", staging), "allowed");
    assert.equal(mayHere({ grants, scopes: null }, "runs.act", environment), "grant");
    assert.equal(mayHere({ grants, scopes: ["runs.read"] }, "runs.act", staging), "scope");
    assert.equal(mayHere({ grants, scopes: ["runs.act"] }, "runs.act", staging), "allowed");
    assert.equal(mayHere({ grants, scopes: ["egress.manage"] }, "egress.manage", staging), "grant");
    assert.equal(mayHere({ grants: [], scopes: null }, "runs.read", staging), "grant");
  });
});

describe("refusalOfCaller()", () => {
  it("lets nobody but keys use a route that says no permission", () => {
    const owner = callerWith({ grants: [{ role: "owner", environments: null, payloads: true }] });
    for (const config of [{ permission: null }, {}])
      assert.deepEqual(refusal(config, owner), { code: "forbidden", reasons: ["signing key"] });
  });

  it("says which permission or scope is missing, in the log too", () => {
    assert.deepEqual(refusal({ permission: "apps.approve" }, callerWith({})), {
      code: "forbidden",
      reasons: ["apps.approve"],
    });
    assert.deepEqual(refusal({ permission: "runs.act" }, callerWith({ scopes: ["runs.read"] })), {
      code: "insufficient_scope",
      reasons: ["scope runs.act"],
    });
    assert.deepEqual(refusal({ permission: "runs.act" }, callerWith({})), { code: null, reasons: [] });
  });

  it("asks a person for a proof that is minutes old where the route does, and a token for none", () => {
    const signedIn = (isFresh: boolean) => ({ isFresh }) as unknown as NonNullable<Caller["signedIn"]>;
    const config = { permission: "runs.act", needsFresh: true } as const;
    assert.equal(
      refusal(config, callerWith({ signedIn: signedIn(false) })).code,
      "reauthentication_required",
    );
    assert.equal(refusal(config, callerWith({ signedIn: signedIn(true) })).code, null);
    assert.equal(refusal(config, callerWith({})).code, null);
    assert.equal(refusal({ permission: "runs.act" }, callerWith({ signedIn: signedIn(false) })).code, null);
  });
});
