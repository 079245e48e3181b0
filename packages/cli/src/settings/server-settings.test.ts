import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { resolveSettings } from "./resolve.ts";
import { isLoopback, serverSettings } from "./server-settings.ts";
import { settingsOf } from "./table.ts";

const DEFAULTS = { port: 8288, callSlots: 2000, tickMs: 150, cronCatchUpMax: 0, timeScale: 1 };
const settle = (
  command: "dev" | "start",
  flags: Readonly<Record<string, true | string | readonly string[]>> = {},
  env: Readonly<Record<string, string>> = {},
) =>
  serverSettings(
    command,
    resolveSettings(settingsOf(command), { flags: new Map(Object.entries(flags)), env, file: null }),
    DEFAULTS,
    false,
  );

test("serverSettings() of dev are a loopback server that looks for apps and asks nobody by the clock", () => {
  assert.deepEqual(settle("dev"), {
    graceMs: 30_000,
    options: {
      mode: "dev",
      host: "127.0.0.1",
      port: 8288,
      dataDir: ".holdfast",
      publicUrl: null,
      sdkUrls: [],
      endpointOrigins: [],
      discovery: true,
      pollIntervalMs: null,
      retryIntervalMs: null,
      callSlots: 2000,
      tickMs: 150,
      cronCatchUpMax: 0,
      timeScale: 1,
      payloads: { mode: "open", clearFields: [], formats: ["holdfast", "inngest"] },
      trustedProxies: [],
      allowedHosts: [],
      egress: { allow: [], plainHttp: [] },
      logLevel: "warn",
    },
  });
});

test("serverSettings() of start look for nothing and log more", () => {
  const { options } = settle("start");
  assert.deepEqual(
    [options.mode, options.discovery, options.dataDir, options.logLevel],
    ["production", false, "holdfast-data", "info"],
  );
});

test("serverSettings() of start take a list of stolen passwords, and whether names below count for https", () => {
  const { breachedPasswords, hstsSubdomains } = settle("start").options;
  assert.deepEqual([breachedPasswords, hstsSubdomains], [undefined, undefined]);
  const set = settle("start", { "breached-passwords": "hashes.txt", "hsts-subdomains": true }).options;
  assert.deepEqual([set.breachedPasswords, set.hstsSubdomains], ["hashes.txt", true]);
});

test("serverSettings() of start take a mail server and a sender together, and one address as sender", () => {
  assert.equal(settle("start").options.mail, undefined);
  const both = { "smtp-url-file": "smtp-url", "mail-from": "holdfast@example.com" };
  assert.deepEqual(settle("start", both).options.mail, { urlFile: "smtp-url", from: "holdfast@example.com" });
  for (const wrong of [
    { "smtp-url-file": "smtp-url" },
    { "mail-from": "holdfast@example.com" },
    { ...both, "mail-from": "Holdfast <holdfast@example.com>" },
    { ...both, "mail-from": "a@example.com, b@example.com" },
    { ...both, "mail-from": "nobody" },
  ])
    assert.throws(() => settle("start", wrong), { code: "config_invalid" }, JSON.stringify(wrong));
});

test("serverSettings() of start take the signatures that apps must make, and no other word", () => {
  assert.equal(settle("start").options.signatures, undefined);
  assert.equal(settle("start", { "require-signatures": "v2" }).options.signatures, "v2-only");
  assert.equal(settle("start", {}, { HOLDFAST_REQUIRE_SIGNATURES: "auto" }).options.signatures, "auto");
  assert.throws(
    () => settle("start", { "require-signatures": "v3" }),
    (error) => isHoldfastError(error, "usage_invalid") && /one of v2, auto/.test(error.message),
  );
});

test("serverSettings() reads what the Inngest command's flags mean", () => {
  const { options, graceMs } = settle("dev", {
    "sdk-url": ["localhost:3000/api/inngest", "https://shop.example/x"],
    "no-discovery": true,
    "poll-interval": "10",
    "retry-interval": "1.5",
    "queue-workers": "7",
    tick: "20",
    port: "0",
    grace: "1m30s",
    "log-level": "TRACE",
    persist: true,
    "data-dir": "/d",
  });
  assert.deepEqual(options.sdkUrls, ["http://localhost:3000/api/inngest", "https://shop.example/x"]);
  assert.deepEqual(
    [
      options.discovery,
      options.pollIntervalMs,
      options.retryIntervalMs,
      options.callSlots,
      options.tickMs,
      options.port,
      options.logLevel,
      options.dataDir,
      graceMs,
    ],
    [false, 10_000, 1500, 7, 20, 0, "debug", "/d", 90_000],
  );
});

test("serverSettings() asks by the clock when told to, or when an app is on another machine", () => {
  const poll = (flags: Readonly<Record<string, true | string | readonly string[]>>) =>
    settle("dev", flags).options.pollIntervalMs;
  assert.equal(poll({ "sdk-url": ["http://localhost:3000/x"] }), null);
  assert.equal(poll({ "sdk-url": ["http://app:3000/x"] }), 5000);
  assert.equal(poll({ "sdk-url": ["http://app:3000/x"], "no-poll": true }), null);
  assert.equal(poll({ "sdk-url": ["http://app:3000/x"], "poll-interval": "0" }), null);
  assert.equal(poll({ "poll-interval": "5", "no-poll": true }), null);
  assert.equal(settle("start", { "sdk-url": ["http://app:3000/x"] }).options.pollIntervalMs, null);
  assert.equal(settle("start", { "poll-interval": "60" }).options.pollIntervalMs, 60_000);
});

test("serverSettings() refuses an address that others can reach, unless it is accepted in so many words", () => {
  assert.throws(
    () => settle("dev", { host: "0.0.0.0" }),
    (error) => isHoldfastError(error, "host_exposed") && error.next.includes("--allow-lan-without-password"),
  );
  assert.equal(
    settle("dev", { host: "0.0.0.0", "allow-lan-without-password": true }).options.host,
    "0.0.0.0",
  );
  assert.throws(
    () => settle("start", { host: "0.0.0.0" }),
    (error) =>
      isHoldfastError(error, "public_url_missing") &&
      error.next.startsWith("holdfast start --host 0.0.0.0 --public-url https://"),
  );
  const open = { host: "0.0.0.0", "public-url": "https://flow.example.org/" };
  assert.throws(
    () => settle("start", open),
    (error) => isHoldfastError(error, "host_exposed") && error.next.includes("--insecure-http"),
    "A-003 plain http on every address is refused by the name of what accepts it",
  );
  for (const guard of [
    { "insecure-http": true },
    { "trusted-proxy": ["10.0.0.1"] },
    { "tls-cert": "c.pem", "tls-key": "k.pem" },
  ] as const)
    assert.equal(settle("start", { ...open, ...guard }).options.publicUrl, "https://flow.example.org");
});

test("serverSettings() takes a certificate with its key, and neither alone", () => {
  const tls = { "tls-cert": "c.pem", "tls-key": "k.pem" };
  assert.deepEqual(settle("start", tls).options.tls, { certificate: "c.pem", key: "k.pem" });
  assert.deepEqual(
    settle("start", { ...tls, "tls-client-ca": "ca.pem" }).options.tls?.clientAuthority,
    "ca.pem",
  );
  for (const part of [{ "tls-cert": "c.pem" }, { "tls-key": "k.pem" }, { "tls-client-ca": "ca.pem" }])
    assert.throws(
      () => settle("start", part),
      (error) => isHoldfastError(error, "config_invalid"),
    );
});

test("serverSettings() reads where requests may go", () => {
  const { egress } = settle("start", {
    "egress-mode": "listed",
    "egress-allow": ["10.0.0.0/8", "app.internal"],
    "allow-plain-http": ["app.internal"],
  }).options;
  assert.deepEqual(egress, {
    mode: "listed",
    allow: ["10.0.0.0/8", "app.internal"],
    plainHttp: ["app.internal"],
  });
});

test("serverSettings() reads which payloads are taken", () => {
  const { payloads } = settle("start", {
    payloads: "sealed",
    "payload-clear-fields": ["userId, tenant", "plan"],
    "payload-formats": ["holdfast"],
  }).options;
  assert.deepEqual(payloads, {
    mode: "sealed",
    clearFields: ["userId", "tenant", "plan"],
    formats: ["holdfast"],
  });
});

test("isLoopback() knows the addresses of this machine, and not those that look like it", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]", "LOCALHOST"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "localhost.example", ""])
    assert.equal(isLoopback(host), false, host);
});

for (const [flags, words] of [
  [{ port: "abc" }, /"abc" for --port: it must be a whole number/],
  [{ port: "65536" }, /from 0 to 65535/],
  [{ port: "1.5" }, /whole/],
  [{ "poll-interval": "-1" }, /seconds/],
  [{ tick: "0" }, /--tick/],
  [{ "queue-workers": "" }, /--queue-workers/],
  [{ grace: "soon" }, /--grace.*duration/],
  [{ grace: "-5s" }, /--grace/],
  [{ payloads: "closed" }, /one of open, warn, sealed/],
  [{ "payload-formats": ["aes"] }, /one of holdfast, inngest/],
  [{ "payload-formats": [""] }, /--payload-formats/],
  [{ "log-level": "loud" }, /one of debug, info, warn, error, silent/],
  [{ "sdk-url": ["ftp://x"] }, /--sdk-url/],
  [{ "endpoint-origin": ["shop.example"] }, /--endpoint-origin/],
  [{ "endpoint-origin": ["https://shop.example/pay"] }, /--endpoint-origin/],
  [{ "endpoint-origin": ["https://user@shop.example"] }, /--endpoint-origin/],
] as const) {
  test(`serverSettings() refuses ${JSON.stringify(flags)}`, () => {
    assert.throws(
      () => settle("dev", flags),
      (error) => isHoldfastError(error, "usage_invalid") && words.test(error.message),
    );
  });
}

test("serverSettings() of start keeps audit logs for ever, or for thirty days and more", () => {
  assert.equal(settle("start").options.auditRetentionDays, undefined);
  assert.equal(settle("start", {}, { HOLDFAST_AUDIT_RETENTION: "400" }).options.auditRetentionDays, 400);
  for (const days of ["29", "90d", "-1"])
    assert.throws(() => settle("start", { "audit-retention": days }), /--audit-retention.*from 30 to/);
});

test("serverSettings() blames the configuration for values that no flag gave", () => {
  assert.throws(
    () => settle("dev", {}, { HOLDFAST_PORT: "x" }),
    (error) => isHoldfastError(error, "config_invalid") && /HOLDFAST_PORT/.test(error.message),
  );
  for (const url of ["nonsense", "ftp://x", "https://u:hunter2@x"]) {
    assert.throws(
      () => settle("start", {}, { HOLDFAST_PUBLIC_URL: url }),
      (error) => isHoldfastError(error, "config_invalid") && !error.message.includes("hunter2"),
    );
  }
});

test("serverSettings() takes each bound as a whole number of its unit, and nothing when it was not given", () => {
  const of = (flags: Readonly<Record<string, string>>) => {
    const { backlogMax, diskReserveBytes, requestsPerSecond } = settle("start", flags).options;
    return [requestsPerSecond, backlogMax, diskReserveBytes];
  };
  assert.deepEqual(of({}), [undefined, undefined, undefined]);
  assert.deepEqual(of({ "address-rate": "50", backlog: "20000", "disk-reserve": "2" }), [
    50,
    20_000,
    2 * 1024 ** 2,
  ]);
  for (const name of ["address-rate", "backlog", "disk-reserve"])
    for (const value of ["-1", "1.5", "many", "1e12"])
      assert.throws(() => settle("start", { [name]: value }), new RegExp(`--${name}`), `${name} ${value}`);
  for (const name of ["address-rate", "backlog"])
    assert.throws(() => settle("start", { [name]: "0" }), new RegExp(`--${name}`));
});
