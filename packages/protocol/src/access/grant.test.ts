import assert from "node:assert/strict";
import { test } from "node:test";
import type { Grant } from "./grant.ts";
import { covers, decide, decideAny, FULL_GRANT, isWithin, isWithinAny } from "./grant.ts";
import { PERMISSIONS, reachOf, ROLES } from "./roles.ts";

const production = { name: "production", family: null };
const staging = { name: "staging", family: null };
const branch = { name: "preview--cart", family: "preview" };

test("decide() hides environments that a grant is not good in, whatever its role", () => {
  for (const role of ROLES) {
    const grant = { role, environments: ["staging"] };
    assert.equal(decide(grant, "environments.read", staging), "allowed");
    for (const place of [production, branch, { name: "staging2", family: null }])
      assert.equal(decide(grant, "environments.read", place), "hidden", role);
  }
  const nowhere: Grant = { role: "owner", environments: [] };
  assert.equal(decide(nowhere, "environments.read", staging), "hidden");
});

test("decide() takes the branches of an environment that was granted for granted, and not the other way round", () => {
  assert.ok(covers({ role: "viewer", environments: ["preview"] }, branch));
  assert.ok(covers({ role: "viewer", environments: ["preview--cart"] }, branch));
  assert.ok(!covers({ role: "viewer", environments: ["preview--cart"] }, { name: "preview", family: null }));
  assert.ok(!covers({ role: "viewer", environments: ["preview--cart"] }, { ...branch, name: "preview--x" }));
});

test("decide() keeps the installation for grants that are not bound to environments", () => {
  for (const permission of PERMISSIONS) {
    assert.equal(decide(FULL_GRANT, permission, null), "allowed");
    const bound: Grant = { ...FULL_GRANT, environments: ["production", "staging"] };
    assert.equal(decide(bound, permission, null), "forbidden");
    assert.equal(decide(bound, permission, production), "allowed");
  }
});

test("decide() lets developers change what is not production", () => {
  const developer: Grant = { role: "developer", environments: null };
  for (const permission of [
    "event_keys.manage",
    "signing_keys.manage",
    "apps.approve",
    "egress.manage",
  ] as const) {
    assert.equal(decide(developer, permission, staging), "allowed");
    assert.equal(decide(developer, permission, production), "forbidden");
  }
  for (const permission of ["data.erase", "retention.manage", "audit.read", "environments.manage"] as const)
    assert.equal(decide(developer, permission, staging), "forbidden");
});

test("only owners may do what cannot be undone by anybody", () => {
  for (const permission of ["vault.manage", "data_keys.destroy"] as const)
    assert.deepEqual(
      ROLES.filter((role) => reachOf(role, permission) !== null),
      ["owner"],
    );
});

test("those who only look change nothing", () => {
  for (const role of ["viewer", "auditor"] as const) {
    const changing = PERMISSIONS.filter(
      (permission) => !/\.(?:read|export)$/.test(permission) && reachOf(role, permission) !== null,
    );
    assert.deepEqual(changing, [], role);
  }
});

test("isWithin() lets nobody hand on what he does not hold", () => {
  const all = (role: Grant["role"]): Grant => ({ role, environments: null });
  for (const role of ROLES) {
    assert.ok(isWithin(all(role), all(role)), role);
    assert.ok(isWithin(all(role), FULL_GRANT), role);
    assert.equal(isWithin(FULL_GRANT, all(role)), false, role);
    assert.equal(isWithin({ ...FULL_GRANT, payloads: false }, all(role)), role === "owner", role);
    assert.ok(isWithin({ role, environments: ["staging"] }, all("owner")));
    assert.ok(!isWithin(all(role), { role: "owner", environments: ["staging"] }));
  }
  assert.ok(isWithin(all("developer"), all("admin")));
  assert.ok(!isWithin(all("admin"), all("developer")), "more than outside production");
  assert.ok(!isWithin(all("auditor"), all("developer")));
  const two: Grant = { role: "admin", environments: ["staging", "preview"] };
  assert.ok(isWithin({ role: "viewer", environments: ["preview"] }, two));
  assert.ok(!isWithin({ role: "viewer", environments: ["preview", "production"] }, two));
});

test("payloads are seen by whom that was given, and by no role alone", () => {
  for (const role of ROLES) {
    assert.equal(decide({ role, environments: null }, "payloads.read", staging), "forbidden", role);
    const given = decide({ role, environments: null, payloads: true }, "payloads.read", staging);
    assert.equal(given, role === "auditor" ? "forbidden" : "allowed", role);
  }
  assert.ok(
    !isWithin({ role: "viewer", environments: null, payloads: true }, { role: "owner", environments: null }),
  );
});

test("decideAny() allows what one of several grants allows, and hides what all of them hide", () => {
  const grants: readonly Grant[] = [
    { role: "viewer", environments: ["production"] },
    { role: "admin", environments: ["staging"] },
  ];
  assert.equal(decideAny(grants, "egress.manage", staging), "allowed");
  assert.equal(decideAny(grants, "egress.manage", production), "forbidden");
  assert.equal(decideAny(grants, "egress.manage", { name: "secret", family: null }), "hidden");
  assert.equal(decideAny(grants, "tokens.manage", null), "forbidden");
  assert.equal(decideAny([], "environments.read", staging), "hidden");
  assert.equal(decideAny([], "tokens.read", null), "forbidden");
});

test("isWithinAny() lets somebody hand on what several grants give together", () => {
  const holders: readonly Grant[] = [
    { role: "admin", environments: ["staging"] },
    { role: "admin", environments: ["preview"] },
  ];
  assert.ok(isWithinAny({ role: "viewer", environments: ["staging", "preview"] }, holders));
  assert.ok(!isWithinAny({ role: "viewer", environments: ["staging", "production"] }, holders));
  assert.ok(!isWithinAny({ role: "viewer", environments: null }, holders));
  assert.ok(!isWithinAny({ role: "owner", environments: ["staging"] }, holders));
});
