import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import type { EgressPolicy, EgressRefusal } from "./policy-contract.ts";
import { hostOf, readRules, refusalOf, refusalWords } from "./policy.ts";

const OWN_PORTS: ReadonlySet<number> = new Set([8288]);

function judged(
  text: string,
  policy: Partial<EgressPolicy> = {},
  addresses?: readonly string[],
): EgressRefusal["rule"] | null {
  const url = new URL(text);
  const rules = readRules({ mode: "public", allow: [], plainHttp: [], ...policy });
  return refusalOf(rules, { url, addresses: addresses ?? [hostOf(url)], ownPorts: OWN_PORTS })?.rule ?? null;
}

/** Addresses that are not public, in every spelling that a URL takes. */
const SPELLINGS = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "017700000001",
  "127.0.0.1.",
  "0",
  "0.0.0.0",
  "10.0.0.1",
  "10.1",
  "0xa000001",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "192.168.257",
  "169.254.1.1",
  "100.64.0.1",
  "198.18.0.1",
  "192.0.2.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "１２７.0.0.1",
  "127。0。0。1",
  "①②⑦.0.0.1",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:10.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b:1::1]",
  "[2002:7f00:1::1]",
  "[fe80::1]",
  "[fc00::1]",
  "[fd12:3456::1]",
  "[ff02::1]",
  "[2001::1]",
  "[2001:db8::1]",
  "[100::1]",
] as const;

for (const spelling of SPELLINGS) {
  test(`A-150 ${spelling} is no public address, over https and with a port too`, () => {
    for (const url of [`https://${spelling}/`, `https://${spelling}:8443/`, `http://${spelling}/`])
      assert.equal(judged(url), "private_address", url);
  });
}

test("A-150 a name before an @ is no host, and credentials are refused", () => {
  assert.equal(judged("https://example.org@127.0.0.1/", {}), "credentials");
  assert.equal(judged("https://example.org:x@127.0.0.1/"), "credentials");
});

test("A-151 where a cloud tells its secrets is closed, whatever is listed and in every mode", () => {
  const addresses = [
    "169.254.169.254",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    "[::ffff:169.254.169.254]",
    "2852039166",
  ];
  for (const address of addresses) {
    for (const mode of ["public", "listed", "any"] as const)
      assert.equal(
        judged(`http://${address}/`, { mode, allow: ["0.0.0.0/0", "::/0"] }),
        "metadata_service",
        address,
      );
  }
  assert.equal(
    judged("http://metadata.google.internal/", { mode: "any" }, ["93.184.216.34"]),
    "metadata_service",
  );
  assert.equal(judged("http://harmless.example/", { mode: "any" }, ["169.254.169.254"]), "metadata_service");
  assert.equal(judged("http://metadata.google.internal/", { mode: "any" }, []), "metadata_service");
});

test("A-152 one address that is refused refuses a name with all its addresses", () => {
  assert.equal(judged("https://app.example/", {}, ["93.184.216.34", "10.0.0.1"]), "private_address");
  assert.equal(
    judged("https://app.example/", { allow: ["10.0.0.0/8"] }, ["93.184.216.34", "10.0.0.1"]),
    "private_address",
  );
  assert.equal(judged("https://app.example/", {}, ["93.184.216.34", "2606:2800:220:1::1"]), null);
  assert.equal(judged("https://app.example/", {}, []), "unresolved");
  assert.equal(judged("https://app.example/", {}, ["nonsense"]), "unresolved");
});

test("A-153 other schemes than http and https are refused", () => {
  for (const url of ["ftp://93.184.216.34/", "gopher://93.184.216.34/", "ws://93.184.216.34/"])
    assert.equal(judged(url, {}, ["93.184.216.34"]), "scheme");
});

test("A-154 ports of other services are refused, unless the host is listed with them; the server's own is never open on this machine", () => {
  for (const port of [22, 25, 6379, 5432, 3306, 11211, 2375, 9200]) {
    assert.equal(judged(`https://app.example:${port}/`, {}, ["93.184.216.34"]), "port");
    assert.equal(
      judged(`https://app.example:${port}/`, { allow: ["app.example"] }, ["93.184.216.34"]),
      "port",
    );
    assert.equal(
      judged(`https://app.example:${port}/`, { allow: [`app.example:${port}`] }, ["93.184.216.34"]),
      null,
    );
  }
  for (const host of ["127.0.0.1", "[::1]", "0.0.0.0"])
    assert.equal(judged(`http://${host}:8288/`, { mode: "any", allow: ["127.0.0.0/8"] }), "own_address");
});

test("listed hosts, names below one, addresses and ranges are allowed, and no more than they say", () => {
  const allow = ["app.internal", "*.svc.internal", "10.1.0.0/16", "[fd00::/8]:8443", "192.168.1.5:9000"];
  const at = (url: string, address: string) => judged(url, { allow, plainHttp: [] }, [address]);
  assert.equal(at("https://app.internal/", "10.9.9.9"), null);
  assert.equal(at("https://a.b.svc.internal/", "10.9.9.9"), null);
  assert.equal(at("https://10.1.2.3/", "10.1.2.3"), null);
  assert.equal(at("https://192.168.1.5:9000/", "192.168.1.5"), null);
  for (const [url, address] of [
    ["https://app.internal.evil.example/", "10.9.9.9"],
    ["https://xapp.internal/", "10.9.9.9"],
    ["https://svc.internal/", "10.9.9.9"],
    ["https://10.2.2.3/", "10.2.2.3"],
    ["https://192.168.1.5/", "192.168.1.5"],
    ["https://192.168.1.6:9000/", "192.168.1.6"],
  ] as const)
    assert.equal(at(url, address), "private_address", url);
});

test("an entry with a port is for that port, which is the scheme's own where an address names none", () => {
  const at = (url: string, ...allow: readonly string[]) =>
    judged(url, { allow, plainHttp: ["app.internal"] }, ["10.0.0.1"]);
  assert.equal(at("https://app.internal/", "app.internal:443"), null);
  assert.equal(at("http://app.internal/", "app.internal:80"), null);
  assert.equal(at("https://app.internal/", "app.internal:80"), "private_address");
  assert.equal(at("http://app.internal/", "app.internal:443"), "private_address");
  assert.equal(at("https://app.internal:65535/", "app.internal:65535"), null);
});

test("in the mode of development any address may be called, over plain http too", () => {
  for (const [url, address] of [
    ["https://10.0.0.1/", "10.0.0.1"],
    ["http://10.0.0.1/", "10.0.0.1"],
    ["http://app.example/", "93.184.216.34"],
  ] as const)
    assert.equal(judged(url, { mode: "any" }, [address]), null, url);
});

test("a policy of listed hosts alone lets nothing else out, public or not", () => {
  const policy = { mode: "listed", allow: ["app.example"] } as const;
  assert.equal(judged("https://app.example/", policy, ["93.184.216.34"]), null);
  assert.equal(judged("https://other.example/", policy, ["93.184.216.34"]), "not_listed");
});

test("A-109 plain http is for this machine, and for hosts of private networks that were accepted by name", () => {
  assert.equal(judged("http://app.example/", {}, ["93.184.216.34"]), "plain_http");
  assert.equal(
    judged("http://app.example/", { plainHttp: ["app.example"] }, ["93.184.216.34"]),
    "plain_http",
  );
  assert.equal(judged("http://app.internal/", { allow: ["app.internal"] }, ["10.0.0.1"]), "plain_http");
  assert.equal(
    judged("http://app.internal/", { allow: ["app.internal"], plainHttp: ["App.internal"] }, ["10.0.0.1"]),
    null,
  );
  assert.equal(judged("http://127.0.0.1:3000/", { allow: ["127.0.0.0/8"] }), null);
});

test("an entry that is none is refused, by name", () => {
  for (const entry of [
    "",
    "*",
    "*.",
    "a b",
    "10.0.0.0/33",
    "10.0.0.0/",
    "::/",
    "10.0.0.0/-1",
    "10.0.0.0/1.5",
    "10.0.0.0/0x8",
    "10.0.0.0/ 8",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "fd00::/129",
    "host:0",
    "host:99999",
    "http://host",
    "host/8",
    "-x-..",
  ])
    assert.throws(
      () => readRules({ mode: "public", allow: [entry], plainHttp: [] }),
      (error) => isHoldfastError(error, "request_invalid"),
      entry,
    );
});

test("each refusal says what it is about, and those that can be accepted how", () => {
  const host = "app.internal";
  for (const rule of ["private_address", "not_listed", "plain_http"] as const)
    assert.match(refusalWords({ rule, host, addresses: [] }), /holdfast egress allow/);
  for (const rule of [
    "scheme",
    "credentials",
    "port",
    "metadata_service",
    "own_address",
    "unresolved",
  ] as const)
    assert.ok(refusalWords({ rule, host, addresses: [] }).length > 10);
});

test("what is listed covers its own kind of address alone, whole, and at its port", () => {
  const listed = (entry: string, url: string, addresses: readonly string[]): boolean =>
    judged(url, { mode: "listed", allow: [entry] }, addresses) === null;
  assert.ok(listed("2001:db8::/48", "https://a.example/", ["2001:db8::1"]));
  assert.ok(listed("[fd00::1]:8443", "https://[fd00::1]:8443/", ["fd00::1"]));
  assert.ok(listed("10.0.0.0/8", "https://a.example/", ["10.1.2.3", "10.255.0.1"]));
  for (const [entry, addresses] of [
    ["2001:db8::/48", ["2001:db8:1::1"]],
    ["::/0", ["10.0.0.1"]],
    ["0.0.0.0/0", ["2606:4700::1111"]],
    ["10.0.0.0/8", ["10.1.2.3", "11.0.0.1"]],
    ["10.0.0.0/8", []],
  ] as const)
    assert.ok(!listed(entry, "https://a.example/", addresses), `${entry} ${addresses.join(" ")}`);
  assert.ok(listed("*.example.org", "https://a.example.org/", ["93.184.216.34"]));
  for (const url of ["https://example.org/", "https://.example.org/", "https://aexample.org/"])
    assert.ok(!listed("*.example.org", url, ["93.184.216.34"]), url);
  assert.ok(listed("a.example:1", "https://a.example:1/", ["93.184.216.34"]));
  assert.ok(!listed("a.example:1", "https://a.example/", ["93.184.216.34"]));
  for (const wrong of ["a.example:0", "a.example:65536", "10.0.0.0/33", "2001:db8::/129"])
    assert.throws(() => readRules({ mode: "listed", allow: [wrong], plainHttp: [] }), {
      code: "request_invalid",
    });
});
