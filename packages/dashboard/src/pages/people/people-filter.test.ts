import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersonInfo } from "@holdfast/client";
import { filterPeople, isDormant, isLastOwner, readPeopleFilter } from "./people-filter.ts";

function person(id: string, more: Partial<PersonInfo> = {}): PersonInfo {
  return {
    id,
    name: id,
    email: `${id}@example.org`,
    state: "active",
    grants: [],
    mfa: false,
    sign_in: [],
    break_glass: false,
    managed_by: null,
    created_at: "2026-01-01T00:00:00.000Z",
    last_signed_in_at: null,
    ...more,
  };
}

const OWNER = [{ role: "owner", environments: null, payloads: false }] as const;

test("readPeopleFilter() takes what it knows and leaves the rest", () => {
  const read = readPeopleFilter({ q: "ada", role: "owner", state: "all", other: "x" });
  assert.deepEqual(read, { q: "ada", role: "owner", state: "all" });
  assert.deepEqual(readPeopleFilter({ q: "", role: "king", state: "gone" }), {});
});

test("filterPeople() finds every word in name or address, active people first of all", () => {
  const people = [
    person("bo", { name: "Bo Lind" }),
    person("ada", { name: "Ada Lind", grants: OWNER }),
    person("tom", { state: "deactivated" }),
  ];
  const ids = (filter: object) => filterPeople(people, filter).map(({ id }) => id);
  assert.deepEqual(ids({}), ["ada", "bo"]);
  assert.deepEqual(ids({ q: "LIND example" }), ["ada", "bo"]);
  assert.deepEqual(ids({ q: "lind bo" }), ["bo"]);
  assert.deepEqual(ids({ role: "owner" }), ["ada"]);
  assert.deepEqual(ids({ state: "deactivated" }), ["tom"]);
  assert.deepEqual(ids({ state: "all" }), ["ada", "bo", "tom"]);
});

test("isLastOwner() counts only active owners of everything", () => {
  const ada = person("ada", { grants: OWNER });
  const partly = person("bo", { grants: [{ role: "owner", environments: ["staging"], payloads: false }] });
  const gone = person("tom", { grants: OWNER, state: "deactivated" });
  assert.ok(isLastOwner([ada, partly, gone], "ada"));
  assert.ok(!isLastOwner([ada, person("eve", { grants: OWNER })], "ada"));
  assert.ok(!isLastOwner([ada], "bo"));
});

test("isDormant() flags whoever has not signed in for 90 days, or never did", () => {
  const now = Date.parse("2026-06-01T00:00:00.000Z");
  assert.ok(isDormant(person("ada"), now));
  assert.ok(!isDormant(person("ada", { last_signed_in_at: "2026-05-01T00:00:00.000Z" }), now));
  assert.ok(!isDormant(person("ada", { state: "deactivated" }), now));
});
