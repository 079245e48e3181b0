import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../contract.ts";
import type { ConnectionRecord, DomainRecord } from "./records.ts";
import { personRecord } from "../testing/person.ts";
import { connectionFor, isSessionAllowed, stateOf } from "./enforcement.ts";

const NOW = 1_800_000_000_000;
const connection = (state: ConnectionRecord["state"], confirmBy: number | null = null): ConnectionRecord =>
  ({ kind: "oidc", name: "c", state, confirmBy }) as ConnectionRecord;
const domain: DomainRecord = {
  connection: "c1",
  challenge: "x",
  claimedAt: 0,
  verifiedAt: 1,
  verifiedBy: "dns",
};
const person: Person = {
  id: "p",
  ...personRecord({ email: "ana@example.org", grants: [] }),
};
const facts = (
  state: ConnectionRecord["state"],
  verifiedAt: number | null = 1,
  confirmBy: number | null = null,
) => ({
  connection: (id: string) =>
    id === "c1" ? connection(state, confirmBy) : id === "c2" ? connection("optional") : null,
  domain: (name: string) => (name === "example.org" ? { ...domain, verifiedAt } : null),
});
const local = { connection: null };
const by = (id: string) => ({ connection: { id, subject: "s", index: null } });

test("A-068 what is required and was not confirmed in time is optional again, by itself", () => {
  assert.equal(stateOf(connection("required", NOW), NOW - 1), "required");
  assert.equal(stateOf(connection("required", NOW), NOW), "optional");
  assert.equal(stateOf(connection("required"), NOW), "required");
  assert.equal(stateOf(connection("disabled", NOW), NOW), "disabled");
  assert.ok(isSessionAllowed(person, local, facts("required", 1, NOW), NOW));
});

test("people of a verified domain have a connection while it is on", () => {
  assert.deepEqual(connectionFor("example.org", facts("optional"), NOW), { id: "c1", isRequired: false });
  assert.deepEqual(connectionFor("example.org", facts("required"), NOW), { id: "c1", isRequired: true });
  for (const state of ["draft", "disabled"] as const)
    assert.equal(connectionFor("example.org", facts(state), NOW), null);
  assert.equal(connectionFor("example.org", facts("required", null), NOW), null);
  assert.equal(connectionFor("example.net", facts("required"), NOW), null);
});

test("A-066 where it is required only its own sessions are allowed, and those for emergencies", () => {
  const required = facts("required");
  assert.ok(!isSessionAllowed(person, local, required, NOW));
  assert.ok(isSessionAllowed(person, by("c1"), required, NOW));
  assert.ok(!isSessionAllowed(person, by("c2"), required, NOW));
  assert.ok(isSessionAllowed({ ...person, isBreakGlass: true }, local, required, NOW));
  assert.ok(isSessionAllowed(person, { ...local, isEmergency: true }, required, NOW));
  assert.ok(isSessionAllowed({ ...person, email: "ana@example.net" }, local, required, NOW));
  assert.ok(isSessionAllowed(person, local, facts("optional"), NOW));
});

test("a connection that is off allows none of its sessions, whoever's they are", () => {
  for (const state of ["draft", "disabled"] as const) {
    assert.ok(!isSessionAllowed(person, by("c1"), facts(state), NOW));
    assert.ok(!isSessionAllowed({ ...person, isBreakGlass: true }, by("c1"), facts(state), NOW));
  }
  assert.ok(!isSessionAllowed(person, by("gone"), facts("optional"), NOW));
});
