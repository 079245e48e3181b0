import assert from "node:assert/strict";
import { test } from "node:test";
import { HOLDER, testInstallation } from "../testing/installation.ts";

async function claimed() {
  const installation = await testInstallation();
  const { id } = await installation.identity.connections.createOidc(HOLDER, "c", {
    issuer: "https://idp.example",
    clientId: "x",
    clientSecret: null,
    tenant: null,
  });
  return { ...installation, id, domains: installation.identity.domains };
}

test("a domain is verified by its TXT record, to the letter, and by nothing else", async () => {
  const { domains, id, texts } = await claimed();
  const { recordName, recordValue, verifiedAt } = await domains.claim(HOLDER, "Example.ORG.", id);
  assert.equal(recordName, "_holdfast-challenge.example.org");
  assert.match(recordValue, /^v1=[0-9a-f]{32}$/);
  assert.equal(verifiedAt, null);
  for (const wrong of [
    [],
    [["v1="]],
    [[recordValue.toUpperCase()]],
    [[`${recordValue} `]],
    [["v=spf1", recordValue]],
  ]) {
    texts.set(recordName, wrong);
    await assert.rejects(domains.verify(HOLDER, "example.org"), { code: "policy_violation" });
  }
  // A text comes in pieces of 255 bytes.
  texts.set(recordName, [["v=spf1"], [recordValue.slice(0, 5), recordValue.slice(5)]]);
  assert.equal((await domains.verify(HOLDER, "example.org")).verifiedBy, "dns");
});

test("a name without records is told from a DNS that cannot be asked", async () => {
  const { dns, domains, id } = await claimed();
  await domains.claim(HOLDER, "example.org", id);
  for (const [fault, message] of [
    ["ENOTFOUND", /has no TXT record that says so/],
    ["ENODATA", /has no TXT record that says so/],
    ["ETIMEOUT", /The DNS could not be asked for _holdfast-challenge\.example\.org: ETIMEOUT\./],
    ["ESERVFAIL", /could not be asked/],
    ["ECONNREFUSED", /could not be asked/],
  ] as const) {
    dns.fault = fault;
    await assert.rejects(domains.verify(HOLDER, "example.org"), { code: "policy_violation", message });
  }
});

test("domains in which anybody may have an address are nobody's own", async () => {
  const { domains, id } = await claimed();
  for (const everybody of ["co.uk", "com", "github.io", "gmail.com", "GMX.de"])
    await assert.rejects(
      domains.claim(HOLDER, everybody, id),
      ({ code }: { readonly code: string }) => code === "policy_violation" || code === "request_invalid",
      everybody,
    );
  for (const none of ["", "exa mple.org", "example", "-example.org", "127.0.0.1"])
    await assert.rejects(domains.claim(HOLDER, none, id), { code: "request_invalid" }, none);
});

test("a domain has one connection, and a claim of another is refused", async () => {
  const { domains, id, identity } = await claimed();
  await domains.claim(HOLDER, "example.org", id);
  const other = await identity.connections.createOidc(HOLDER, "d", {
    issuer: "https://other.example",
    clientId: "x",
    clientSecret: null,
    tenant: null,
  });
  await assert.rejects(domains.claim(HOLDER, "example.org", other.id), { code: "conflict" });
  await assert.rejects(domains.claim(HOLDER, "example.net", "nowhere"), { code: "not_found" });
  await domains.remove(HOLDER, "example.org");
  await domains.claim(HOLDER, "example.org", other.id);
});
