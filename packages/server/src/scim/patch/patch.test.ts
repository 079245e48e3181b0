import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ScimGroup, ScimUser, ScimUserFields } from "../contract.ts";
import { readGroup } from "../read/read-group.ts";
import { readUser } from "../read/read-user.ts";
import { ScimError } from "../scim-error.ts";
import { patchGroup } from "./patch-group.ts";
import { patchUser } from "./patch-user.ts";

const USER: ScimUser = {
  id: "u1",
  externalId: null,
  userName: "ada@acme.example",
  active: true,
  name: { formatted: null, givenName: "Ada", familyName: null },
  displayName: null,
  emails: [{ value: "ada@acme.example", type: "work", primary: true }],
  groups: [],
  revision: 1,
  createdAt: 0,
  changedAt: 0,
};
const GROUP: ScimGroup = {
  id: "g1",
  externalId: null,
  displayName: "Engineers",
  members: ["u1"],
  revision: 1,
  createdAt: 0,
  changedAt: 0,
};

/** The result, or null for a refusal. Anything else that is thrown is a fault. */
function orRefused<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    assert.ok(error.status === 400 && error.scimType !== null, error.detail);
    return null;
  }
}

/** Holds a user to what is true of every one, however it came about. */
function checkUser({ userName, active, emails, name, displayName }: ScimUserFields): void {
  assert.ok(typeof userName === "string" && userName.trim() !== "");
  assert.equal(typeof active, "boolean");
  assert.ok(emails.length <= 20 && emails.filter(({ primary }) => primary).length <= 1);
  for (const text of [...Object.values(name), displayName])
    assert.ok(text === null || typeof text === "string");
}

const kept = fc.constantFrom(
  "active",
  "userName",
  "name",
  "name.givenName",
  "emails",
  "externalId",
  "displayName",
  "members",
  "title",
  "roles",
  'emails[type eq "work"]',
  'emails[type eq "home"].value',
  "emails[primary eq true].primary",
  'members[value eq "u1"]',
);
const hostile = fc.constantFrom("id", "meta", "password", "__proto__", "constructor.prototype", "toString");
const name = fc.oneof(
  { weight: 8, arbitrary: kept },
  { weight: 1, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string() },
);
const entry = fc.record(
  { value: fc.oneof(fc.string(), fc.constant("u1")), type: fc.string(), primary: fc.boolean() },
  { requiredKeys: [] },
);
const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>("True", "False", true, false, "x@acme.example", null, ""),
  },
  { weight: 2, arbitrary: fc.array(entry) },
  { weight: 2, arbitrary: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const operation = fc.record(
  {
    op: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("add", "Replace", "remove") },
      { weight: 1, arbitrary: fc.string() },
    ),
    path: fc.oneof({ weight: 8, arbitrary: name }, { weight: 1, arbitrary: fc.constant(null) }),
    value,
  },
  { requiredKeys: ["op", "path"] },
);
const body = fc.oneof(
  { weight: 9, arbitrary: fc.record({ Operations: fc.array(operation, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.jsonValue() },
);

describe("patchUser() and patchGroup()", () => {
  it("A-083 throw nothing but refusals, leave no prototype changed, and make no user that could not be", () => {
    const prototypes = [Object.prototype, Array.prototype, Map.prototype, Function.prototype];
    const before = prototypes.map((each) => Object.getOwnPropertyNames(each).join());
    let taken = 0;
    const property = fc.property(body, (made) => {
      // As it comes over the network: `__proto__` is a key like any other.
      const text = JSON.stringify(made);
      const given: unknown = JSON.parse(text);
      const user = orRefused(() => patchUser(USER, given));
      if (user !== null) {
        taken += 1;
        checkUser(user);
      }
      const group = orRefused(() => patchGroup(GROUP, given));
      if (group !== null) {
        assert.ok(group.displayName.trim() !== "");
        assert.equal(new Set(group.members).size, group.members.length);
      }
      orRefused(() => readUser(given));
      orRefused(() => readGroup(given));
      assert.equal(JSON.stringify(given), text, "what was handed in is left as it is");
    });
    fc.assert(property, { numRuns: 3000 });
    assert.ok(taken > 100, `only ${taken} were taken: the test would show nothing`);
    assert.deepEqual(
      prototypes.map((each) => Object.getOwnPropertyNames(each).join()),
      before,
    );
  });

  it("change nothing but what an operation names", () => {
    const change = { Operations: [{ op: "replace", path: "displayName", value: "Ada" }] };
    const { id: _, groups: __, revision: ___, createdAt: ____, changedAt: _____, ...fields } = USER;
    assert.deepEqual(patchUser(USER, change), { ...fields, displayName: "Ada" });
    assert.deepEqual(patchGroup(GROUP, change), {
      externalId: null,
      displayName: "Ada",
      members: ["u1"],
    });
  });

  it("see what the operations before left", () => {
    const { emails } = patchUser(USER, {
      Operations: [
        { op: "add", path: 'emails[type eq "home"].value', value: "a@home.example" },
        { op: "replace", path: 'emails[type eq "home"].primary', value: "True" },
        { op: "remove", path: 'emails[type eq "work"].value' },
      ],
    });
    assert.deepEqual(emails, [{ value: "a@home.example", type: "home", primary: true }]);
  });

  it("A-083 refuse another id, a path of more than 1 KiB, and a name that stands there twice", () => {
    const of = (operation: object) => ({ Operations: [operation] });
    const renamed = of({ op: "replace", value: { id: "other", displayName: "x" } });
    assert.throws(() => patchGroup(GROUP, renamed), { scimType: "mutability" });
    assert.throws(() => patchUser(USER, renamed), { scimType: "mutability" });
    const lengthOf = (chars: number) => {
      const path = 'members[value eq ""]';
      return of({ op: "remove", path: path.replace('""', `"${"a".repeat(chars - path.length)}"`) });
    };
    patchGroup(GROUP, lengthOf(1024));
    assert.throws(() => patchGroup(GROUP, lengthOf(1025)), { scimType: "invalidPath" });
    const twice = { userName: "a@acme.example", USERNAME: "b@acme.example" };
    assert.throws(() => readUser(twice), { scimType: "invalidSyntax" });
  });

  it("A-083 refuse more operations and members than a request may have", () => {
    const one = { op: "replace", path: "displayName", value: "x" };
    const some = (count: number) => ({ Operations: Array.from({ length: count }, () => one) });
    assert.equal(patchUser(USER, some(1000)).displayName, "x");
    assert.throws(() => patchUser(USER, some(1001)), { scimType: "tooMany" });
    const emails = Array.from({ length: 21 }, (_, index) => ({ value: `${index}@x.example` }));
    const many = { Operations: [{ op: "add", path: "emails", value: emails }] };
    assert.throws(() => patchUser(USER, many), { scimType: "invalidValue" });
  });
});
