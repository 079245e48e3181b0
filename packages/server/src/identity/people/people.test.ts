import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_GRANT } from "@holdfast/protocol";
import type { Holder } from "../contract.ts";
import { HOLDER, testInstallation } from "../testing/installation.ts";
import { inWords } from "./people.ts";

/** An admin of everything who sees no payloads, and one of one environment. */
const ADMIN: Holder = { ...HOLDER, grants: [{ role: "admin", environments: null }] };
const OF_STAGING: Holder = { ...HOLDER, grants: [{ role: "admin", environments: ["staging"] }] };

test("A-011 nobody does anything to somebody who may more than he", async () => {
  const { identity, owner } = await testInstallation();
  const { secret, signedIn } = await owner();
  const { people, resets } = identity;
  const { id } = signedIn.person;
  for (const by of [ADMIN, OF_STAGING]) {
    for (const act of [
      () => people.signOut(by, id, "no reason"),
      () => people.deactivate(by, id, "no reason"),
      () => people.reactivate(by, id),
      () => people.setGrants(by, id, []),
      () => people.setBreakGlass(by, id, true),
      () => resets.offer(by, id, { isWhole: false, isMailed: false }),
      () => resets.offer(by, id, { isWhole: true, isMailed: true }),
    ])
      await assert.rejects(act, { code: "forbidden" }, String(act));
  }
  assert.notEqual(identity.sessions.check(secret), null);
  await people.signOut(HOLDER, id, "for a good reason");
  assert.equal(identity.sessions.check(secret), null);
  await assert.rejects(people.signOut(HOLDER, "nobody", "x"), { code: "not_found" });
});

test("a grant is written as role, places, and whether payloads are seen", () => {
  assert.deepEqual(
    [
      FULL_GRANT,
      { role: "viewer", environments: null } as const,
      { role: "viewer", environments: ["staging", "preview"], payloads: false } as const,
      { role: "developer", environments: ["staging"], payloads: true } as const,
    ].map(inWords),
    ["owner +payloads", "viewer", "viewer in staging, preview", "developer in staging +payloads"],
  );
});
