import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersonInfo, SamlConnection } from "@holdfast/client";
import { lockedOut } from "./locked-out.ts";
import { PROVIDERS, providerOf } from "./providers.ts";
import { readSample } from "./sample-attributes.ts";
import { obstacles, stepOf, stepsDone } from "./steps.ts";

const NOW = Date.UTC(2026, 10, 27, 12);

function connection(more: Partial<SamlConnection> = {}): SamlConnection {
  return {
    id: "con_1",
    kind: "saml",
    name: "Work",
    state: "draft",
    domains: [],
    service_provider: {
      entity_id: "e",
      acs_url: "a",
      metadata_url: "m",
      slo_url: null,
      certificates: [],
      own_keys: [],
    },
    identity_provider: null,
    options: {
      sign_requests: false,
      want_assertions_signed: true,
      allow_unsolicited: "off",
      name_id_format: "persistent",
      authn_contexts: [],
      force_authn: false,
    },
    attributes: { email: null, name: null, groups: null },
    groups: [],
    default_role: null,
    role_ceiling: "admin",
    jit: true,
    tested: null,
    confirm_by: null,
    attempts: [],
    ...more,
  };
}

const theirs = (entityId: string, ssoUrl = "https://idp.example/sso") => ({
  identity_provider: {
    entity_id: entityId,
    sso_url: ssoUrl,
    slo_url: null,
    binding: "HTTP-Redirect",
    certificates: [],
    metadata_url: null,
  },
});

test("providerOf() goes by what was said, then by the addresses, then by the name", () => {
  assert.equal(providerOf(connection(), "keycloak").id, "keycloak");
  for (const [entityId, id] of [
    ["http://www.okta.com/exk1", "okta"],
    ["https://sts.windows.net/tenant/", "entra"],
    ["https://accounts.google.com/o/saml2?idpid=1", "google"],
    ["https://sso.example/realms/work", "keycloak"],
    ["https://auth.pingone.eu/env", "pingone"],
    ["http://adfs.example/adfs/services/trust", "adfs"],
    ["https://idp.example/simplesaml/saml2/idp/metadata.php", "simplesamlphp"],
    ["https://authentik.example", "authentik"],
    ["https://idp.example", "other"],
  ] as const)
    assert.equal(providerOf(connection(theirs(entityId))).id, id, entityId);
  assert.equal(providerOf(connection({ name: "Okta, engineering" })).id, "okta");
});

test("every provider has its own words for what it is given and what it gives", () => {
  for (const { give, name, paste } of PROVIDERS) {
    for (const words of [
      give.acs,
      give.entityId,
      give.nameId,
      paste.entityId,
      paste.ssoUrl,
      paste.certificate,
    ])
      assert.notEqual(words, "", name);
    assert.equal(paste.url === null, paste.urlExample === "", name);
  }
});

test("a draft goes on at its first step that is not done, and what is in use begins with its health", () => {
  assert.equal(stepOf(connection(), undefined), "give");
  const known = connection(theirs("https://idp.example"));
  assert.equal(stepOf(known, undefined), "map");
  const mapped = { ...known, default_role: "viewer" as const };
  assert.equal(stepOf(mapped, undefined), "test");
  assert.equal(stepOf({ ...mapped, tested: { at: "x", by: "ada" } }, undefined), "enable");
  assert.equal(stepOf({ ...mapped, state: "optional" }, undefined), "health");
  assert.equal(stepOf(mapped, "paste"), "paste");
  assert.equal(stepOf(mapped, "nonsense"), "test");
  assert.deepEqual([...stepsDone(connection())], []);
});

test("requiring a connection takes a test of one's own from the last ten minutes, and codes that were kept", () => {
  const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
  const world = { codesTaken: true, now: NOW, personId: "ada" };
  const tested = (minutes: number, by = "ada") => connection({ tested: { at: at(minutes), by } });
  assert.deepEqual(obstacles(tested(9), world), []);
  assert.equal(obstacles(tested(11), world).length, 1);
  assert.equal(obstacles(tested(1, "bo"), world).length, 1);
  assert.equal(obstacles(connection(), world).length, 1);
  assert.equal(obstacles(tested(1), { ...world, codesTaken: false }).length, 1);
});

test("readSample() reads names with several values, and nothing from a line that says nothing", () => {
  const sample = readSample("email = ada@example.org\ngroups=a\n groups = b=c \nnothing\n= x\n");
  assert.deepEqual(sample, { email: ["ada@example.org"], groups: ["a", "b=c"] });
});

test("lockedOut() names whom rules of signing in would stop", () => {
  const person = (name: string, more: Partial<PersonInfo>): PersonInfo => ({
    id: name,
    name,
    email: name,
    state: "active",
    grants: [{ role: "admin", environments: null, payloads: false }],
    mfa: true,
    sign_in: ["password"],
    break_glass: false,
    managed_by: null,
    created_at: "",
    last_signed_in_at: null,
    ...more,
  });
  const people = [
    person("only", {}),
    person("both", { sign_in: ["password", "passkey"] }),
    person("glass", { break_glass: true }),
    person("gone", { state: "deactivated" }),
    person("bare", { sign_in: ["saml:Okta"], mfa: false }),
  ];
  assert.deepEqual(lockedOut(people, { password: false, mfa_roles: ["admin"] }), {
    blocked: ["only"],
    mustEnrol: ["bare"],
  });
  assert.deepEqual(lockedOut(people, { password: true, mfa_roles: [] }), { blocked: [], mustEnrol: [] });
});
