import assert from "node:assert/strict";
import { test } from "node:test";
import type { GrantInfo, RoleRow } from "@holdfast/client";
import { decide, PERMISSIONS, reachOf, ROLES } from "@holdfast/protocol";
import { grouped, permissionsIn, permissionWords } from "./effect.ts";

const TABLE = PERMISSIONS.map(
  (permission) =>
    ({
      permission,
      ...Object.fromEntries(ROLES.map((role) => [role, reachOf(role, permission)])),
    }) as RoleRow,
);

test("permissionsIn() says of every role and place what the server would decide", () => {
  const places = [
    null,
    { name: "production", family: null },
    { name: "staging", family: null },
    { name: "preview--cart", family: "preview" },
  ];
  for (const role of ROLES)
    for (const [environments, payloads] of [
      [null, false],
      [null, true],
      [["staging"], true],
      [["preview"], false],
      [[], true],
    ] as const) {
      const grant: GrantInfo = { role, environments, payloads };
      for (const place of places) {
        const expected = PERMISSIONS.filter((permission) => decide(grant, permission, place) === "allowed");
        assert.deepEqual(
          permissionsIn([grant], place, TABLE),
          expected,
          `${role} in ${environments?.join() ?? "all"}, at ${place?.name}`,
        );
      }
    }
});

test("permissionsIn() adds grants up", () => {
  const grants: readonly GrantInfo[] = [
    { role: "viewer", environments: null, payloads: false },
    { role: "developer", environments: ["staging"], payloads: false },
  ];
  const may = permissionsIn(grants, { name: "staging", family: null }, TABLE);
  assert.ok(may.includes("environments.read"));
  assert.ok(may.includes("event_keys.manage"));
  assert.ok(
    !permissionsIn(grants, { name: "production", family: null }, TABLE).includes("event_keys.manage"),
  );
});

test("permissions are said in words, and stand together by what they are about", () => {
  assert.deepEqual(permissionWords("event_keys.manage"), { what: "event keys", verb: "manage" });
  assert.deepEqual(permissionWords("sso.read"), { what: "single sign-on", verb: "read" });
  const rows = [{ permission: "audit.read" }, { permission: "sso.read" }, { permission: "audit.export" }];
  assert.deepEqual(
    grouped(rows).map(([what, list]) => [what, list.length]),
    [
      ["audit", 2],
      ["single sign-on", 1],
    ],
  );
});
