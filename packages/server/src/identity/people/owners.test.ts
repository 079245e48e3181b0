import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_GRANT } from "@holdfast/protocol";
import type { PersonRecord } from "../records.ts";
import { personRecord } from "../testing/person.ts";
import { areOwners, wouldBeOwnerless } from "./owners.ts";

const PERSON = personRecord();
const VIEWER: PersonRecord = { ...PERSON, grants: [{ role: "viewer", environments: null }] };
const CLOSED: PersonRecord = { ...PERSON, deactivatedAt: 1 };

test("an owner owns everything, whether or not they see payloads", () => {
  assert.ok(areOwners([FULL_GRANT]));
  assert.ok(areOwners([{ role: "owner", environments: null }]));
  assert.ok(!areOwners([{ role: "owner", environments: ["staging"] }]));
  assert.ok(!areOwners([{ role: "admin", environments: null, payloads: true }]));
  assert.ok(!areOwners([]));
});

test("A-016 the last owner is neither closed nor made less; everybody else may be, and so may she where there is another", () => {
  const alone = [
    ["ana", PERSON],
    ["bo", VIEWER],
    ["cy", CLOSED],
  ] as const;
  assert.ok(wouldBeOwnerless(alone, "ana", { ...PERSON, deactivatedAt: 1 }));
  assert.ok(wouldBeOwnerless(alone, "ana", VIEWER));
  assert.ok(!wouldBeOwnerless(alone, "ana", { ...PERSON, grants: [{ role: "owner", environments: null }] }));
  assert.ok(!wouldBeOwnerless(alone, "bo", { ...VIEWER, deactivatedAt: 1 }));
  assert.ok(!wouldBeOwnerless(alone, "cy", { ...CLOSED, grants: [] }), "who is closed owns nothing");
  assert.ok(!wouldBeOwnerless(alone, "nobody", VIEWER));
  const both = [...alone, ["di", PERSON]] as const;
  assert.ok(!wouldBeOwnerless(both, "ana", VIEWER));
  // Where everybody came by a provider nobody need be one, and people are closed all the same.
  const none = [
    ["bo", VIEWER],
    ["cy", CLOSED],
  ] as const;
  assert.ok(!wouldBeOwnerless(none, "bo", { ...VIEWER, deactivatedAt: 1 }));
});
