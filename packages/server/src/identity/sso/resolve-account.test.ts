import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../contract.ts";
import { personRecord } from "../testing/person.ts";
import type { ResolutionFacts } from "./resolve-account.ts";
import { resolveAccount } from "./resolve-account.ts";

const viewer = [{ role: "viewer", environments: null }] as const;
const person = (changes: Partial<Person> = {}): Person => ({
  id: "p1",
  ...personRecord({ email: "ana@example.org", grants: viewer, ...changes }),
});
const resolve = (changes: Partial<ResolutionFacts> = {}) =>
  resolveAccount({
    connection: "c1",
    account: {
      address: { text: "ana@example.org", domain: "example.org" },
      name: "Ana",
      groups: [],
      grants: viewer,
    },
    createsAccounts: true,
    isOwnDomain: true,
    linked: null,
    sameAddress: null,
    hasOtherMethods: false,
    ...changes,
  });
const account = (changes: object): ResolutionFacts["account"] => ({
  address: { text: "ana@example.org", domain: "example.org" },
  name: "Ana",
  groups: [],
  grants: viewer,
  ...changes,
});

test("nobody is found by a word on addresses that are not the connection's, whoever the subject is known to be", () => {
  for (const changes of [
    { isOwnDomain: false },
    { isOwnDomain: false, linked: person() },
    { account: account({ address: null }), linked: person() },
  ])
    assert.deepEqual(resolve(changes), { kind: "refused", code: "sso_not_allowed", person: null });
});

test("a subject that is known is its person, with what people here gave, or with what its directory gives now", () => {
  assert.deepEqual(resolve({ linked: person() }), { kind: "known", person: "p1", grants: null });
  assert.deepEqual(
    resolve({
      linked: person({ managedBy: "c1" }),
      account: account({ grants: [{ role: "admin", environments: null }] }),
    }),
    {
      kind: "known",
      person: "p1",
      grants: [{ role: "admin", environments: null }],
    },
  );
});

test("who is closed, or has no role left, is refused", () => {
  const code = (changes: Partial<ResolutionFacts>) => {
    const { kind, ...rest } = resolve(changes);
    return kind === "refused" && "code" in rest ? rest.code : kind;
  };
  assert.equal(code({ linked: person({ deactivatedAt: 1 }) }), "sso_not_allowed");
  assert.equal(
    code({ linked: person({ managedBy: "c1" }), account: account({ grants: [] }) }),
    "sso_denied_no_role",
  );
  assert.equal(code({ linked: person({ grants: [] }) }), "sso_denied_no_role");
  assert.equal(code({ account: account({ grants: [] }) }), "sso_denied_no_role");
  assert.equal(code({ createsAccounts: false }), "sso_not_allowed");
  assert.equal(code({ sameAddress: person({ managedBy: "c2" }) }), "sso_not_allowed");
  assert.equal(code({ sameAddress: person({ managedBy: "c1" }), hasOtherMethods: true }), "sso_not_allowed");
});

test("an account with this address is joined by itself only if nobody could ever sign in to it otherwise", () => {
  assert.equal(resolve({ sameAddress: person() }).kind, "link");
  assert.equal(resolve({ sameAddress: person({ managedBy: "c1" }) }).kind, "link");
  for (const changes of [
    { hasOtherMethods: true },
    { sameAddress: person({ grants: [{ role: "owner", environments: null }] }) },
    { sameAddress: person({ isBreakGlass: true }) },
  ])
    assert.deepEqual(resolve({ sameAddress: person(), ...changes }), {
      kind: "refused",
      code: "account_link_required",
      person: "p1",
    });
});

test("somebody new gets an account with the name that was given, or with the address for one", () => {
  assert.deepEqual(resolve(), { kind: "create", email: "ana@example.org", name: "Ana", grants: viewer });
  const nameless = resolve({ account: account({ name: null }) });
  assert.equal(nameless.kind === "create" ? nameless.name : null, "ana@example.org");
});
