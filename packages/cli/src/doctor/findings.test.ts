import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, AuditSinkInfo, EventKeyInfo, OperatorTokenInfo, Rotation } from "@holdfast/client";
import { serverSettings } from "../settings/server-settings.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { settingsOf } from "../settings/table.ts";
import { fileFindings } from "./files.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine.ts";
import { machineFindings } from "./machine.ts";
import type { EnvironmentFacts, ServerFacts } from "./server.ts";
import { serverFindings } from "./server.ts";
import type { CertificateFacts } from "./settings.ts";
import { settingsFindings } from "./settings.ts";
import { storeFindings } from "./store.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const DAY = 24 * 60 * 60 * 1000;
const ago = (days: number): string => new Date(NOW - days * DAY).toISOString();

const machine: MachineFacts = { nodeVersion: "v24.15.0", env: {}, freeBytes: 1e12, clockAheadMs: 0 };
const holds = { ok: true, fault: null, entryCount: 3, checkpointSize: 3, unknown: [] };
const rotation: Rotation = {
  keys: [
    {
      id: "k1",
      state: "active",
      prefix: "signkey-prod",
      origin: "made",
      created_at: ago(3),
      last_used_at: null,
    },
  ],
  evidence: [],
  waiting_for: [],
  revocable_at: null,
};
const egress = {
  mode: "public",
  allow: [],
  plain_http: [],
  timeout_seconds: null,
  answer_bytes: null,
  concurrency: null,
} as const;
const environment: EnvironmentFacts = {
  name: "production",
  rotation,
  eventKeys: [],
  egress,
  log: holds,
  heldOrigins: [],
};
const server: ServerFacts = {
  url: "http://127.0.0.1:8288",
  environments: [environment],
  apps: [],
  operatorTokens: [],
  masterKeys: [],
  log: holds,
  sinks: [],
};
const token: OperatorTokenInfo = {
  id: "t1",
  name: "Ana",
  role: "owner",
  environments: null,
  payloads: false,
  created_at: ago(200),
  expires_at: null,
  revoked_at: null,
  last_used_at: ago(1),
};
// Only what the checks read.
const eventKey = {
  id: "e1",
  name: "shop",
  created_at: ago(200),
  expires_at: null,
  revoked_at: null,
  last_used_at: ago(1),
} as EventKeyInfo;
const sink = {
  name: "siem",
  state: "delivering",
  behind: 0,
  failing_since: null,
  last_error: null,
} as AuditSinkInfo;
const app = { name: "shop", url: "https://shop.example.org", error: null } as App;

const worst = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ status }) => status !== "ok").map(({ id, status }) => `${status} ${id}`);
const ofMachine = (facts: Partial<MachineFacts>) => worst(machineFindings({ ...machine, ...facts }));
const ofServer = (facts: Partial<ServerFacts>) =>
  worst(serverFindings({ ...server, sinks: [sink], ...facts }, NOW));
const ofEnvironment = (facts: Partial<EnvironmentFacts>) =>
  ofServer({ environments: [{ ...environment, ...facts }] });

function ofSettings(flags: Readonly<Record<string, string>>, certificate: CertificateFacts = null) {
  const resolution = resolveSettings(settingsOf("start"), {
    flags: new Map(Object.entries(flags)),
    env: {},
    file: null,
  });
  const defaults = { port: 8288, callSlots: 1, tickMs: 1, cronCatchUpMax: 0, timeScale: 1 };
  const settings = serverSettings("start", resolution, defaults, false);
  return worst(settingsFindings({ settings, resolution }, certificate, NOW));
}

test("a machine that is well has nothing to be told", () => assert.deepEqual(ofMachine({}), []));

test("A-009 an inspector, unchecked certificates and debugging switches fail loudly", () => {
  assert.deepEqual(ofMachine({ env: { NODE_OPTIONS: "--inspect=0.0.0.0:9229" } }), [
    "failed machine.inspector",
  ]);
  assert.deepEqual(ofMachine({ env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } }), [
    "failed machine.tls_unchecked",
  ]);
  assert.deepEqual(ofMachine({ env: { NODE_DEBUG: "http" } }), ["failed machine.debugging"]);
  assert.deepEqual(ofMachine({ env: { SSLKEYLOGFILE: "/tmp/k" } }), ["failed machine.debugging"]);
  assert.deepEqual(ofMachine({ env: { https_proxy: "http://proxy" } }), ["warning machine.proxy"]);
});

test("an old Node, a full disk and a clock that runs apart are found", () => {
  for (const nodeVersion of ["v22.1.0", "v24.14.9"])
    assert.deepEqual(ofMachine({ nodeVersion }), ["failed machine.node"]);
  assert.deepEqual(ofMachine({ nodeVersion: "v26.0.0" }), []);
  assert.deepEqual(ofMachine({ freeBytes: 1e9 }), ["warning machine.disk"]);
  assert.deepEqual(ofMachine({ freeBytes: 1e8 }), ["failed machine.disk"]);
  assert.deepEqual(ofMachine({ clockAheadMs: -70_000 }), ["warning machine.clock"]);
  assert.deepEqual(ofMachine({ clockAheadMs: 400_000 }), ["failed machine.clock"]);
});

test("settings that give something away are named", () => {
  assert.deepEqual(ofSettings({}), []);
  assert.deepEqual(ofSettings({ "signing-key": `signkey-prod-${"ab".repeat(32)}` }), [
    "warning settings.secret_flag",
  ]);
  assert.deepEqual(ofSettings({ "egress-mode": "any" }), ["warning settings.egress_any"]);
  const fault = worst(settingsFindings({ fault: "no" }, null, NOW));
  assert.deepEqual(fault, ["failed settings.invalid"]);
});

test("a certificate that ends soon, is for another host, or is none, is found", () => {
  const url = { "public-url": "https://flow.example.org" };
  const good = { validTo: NOW + 90 * DAY, names: ["flow.example.org"] };
  assert.deepEqual(ofSettings(url, good), []);
  assert.deepEqual(ofSettings(url, { ...good, names: ["*.example.org"] }), []);
  for (const name of ["example.org", "*.org", "*.flow.example.org", "evilflow.example.org"])
    assert.deepEqual(ofSettings(url, { ...good, names: [name] }), ["failed settings.certificate_name"], name);
  assert.deepEqual(ofSettings(url, { ...good, validTo: NOW + 29 * DAY }), [
    "warning settings.certificate_ends",
  ]);
  assert.deepEqual(ofSettings(url, { fault: "no" }), ["failed settings.certificate"]);
});

test("files that others can read are named with the command that mends it", () => {
  const file = { path: "/data/keys/signing-key", isFolder: false, mode: 0o640, owner: 1000 };
  const facts = { dataDir: "/data", exists: true, secrets: [file], named: [], hasMasterKey: false };
  const [found] = fileFindings(facts);
  assert.deepEqual([found?.status, found?.next], ["failed", "chmod 600 /data/keys/signing-key"]);
  assert.deepEqual(worst(fileFindings({ ...facts, secrets: [{ ...file, mode: 0o600 }] })), []);
  assert.deepEqual(worst(fileFindings({ ...facts, secrets: [], hasMasterKey: true })), [
    "warning files.master_key_beside",
  ]);
  assert.deepEqual(worst(fileFindings({ ...facts, exists: false })), ["skipped files.data_dir"]);
  const key = { ...file, path: "/etc/tls/key.pem", mode: 0o600 };
  const named = (mode: number) => worst(fileFindings({ ...facts, secrets: [], named: [{ ...key, mode }] }));
  assert.deepEqual(
    [0o600, 0o640, 0o604, 0o644].map((mode) => named(mode)),
    [[], ["warning files.named_modes"], ["failed files.named_modes"], ["failed files.named_modes"]],
  );
  const mine = { ...file, mode: 0o600 };
  const mixed = [mine, { ...mine, path: "/data/holdfast.db-wal", owner: 0 }, mine];
  assert.deepEqual(worst(fileFindings({ ...facts, secrets: mixed })), ["warning files.owners"]);
});

test("a damaged data file fails, and one in use is not judged", () => {
  assert.deepEqual(
    worst(
      storeFindings([
        { path: "a", fault: null },
        { path: "b", fault: "no" },
      ]),
    ),
    ["failed store.whole"],
  );
  assert.deepEqual(worst(storeFindings("in use")), ["skipped store.whole"]);
});

test("a server that is well has nothing to be told", () => {
  assert.deepEqual(ofServer({ apps: [app], operatorTokens: [token] }), []);
  assert.deepEqual(ofEnvironment({ eventKeys: [eventKey] }), []);
});

test("keys that are old, unused or in the middle of a rotation are named", () => {
  const [key] = rotation.keys;
  assert.ok(key !== undefined);
  assert.deepEqual(ofEnvironment({ rotation: { ...rotation, keys: [{ ...key, created_at: ago(400) }] } }), [
    "warning keys.old",
  ]);
  for (const state of ["pending", "retiring"] as const) {
    const turning: Rotation = {
      ...rotation,
      keys: [key, { ...key, id: "k2", state }],
      waiting_for: [{ app: "late", last_key_id: "k1" }],
    };
    assert.deepEqual(ofEnvironment({ rotation: turning }), ["warning keys.rotation"]);
    const said = serverFindings({ ...server, environments: [{ ...environment, rotation: turning }] }, NOW);
    assert.match(said.find(({ id }) => id === "keys.rotation")?.why ?? "", /late/);
  }
  const unused = { last_used_at: ago(91) };
  assert.deepEqual(ofEnvironment({ eventKeys: [{ ...eventKey, ...unused }] }), ["warning keys.event_unused"]);
  assert.deepEqual(ofEnvironment({ eventKeys: [{ ...eventKey, ...unused, revoked_at: ago(1) }] }), []);
  assert.deepEqual(ofEnvironment({ eventKeys: [{ ...eventKey, ...unused, expires_at: ago(1) }] }), []);
  assert.deepEqual(ofEnvironment({ eventKeys: [{ ...eventKey, created_at: ago(366) }] }), [
    "warning keys.event_endless",
  ]);
  assert.deepEqual(
    ofEnvironment({ eventKeys: [{ ...eventKey, created_at: ago(366), expires_at: ago(-1) }] }),
    [],
  );
  assert.deepEqual(ofServer({ operatorTokens: [{ ...token, ...unused }] }), ["warning keys.operator_unused"]);
});

test("a log that does not hold, an app that cannot be reached and an open egress are found", () => {
  const fault = { ...holds, ok: false, fault: { kind: "gap", seq: 7, words: "entry 7 is missing" } as const };
  assert.deepEqual(ofServer({ log: fault }), ["failed audit.holds"]);
  assert.deepEqual(ofEnvironment({ log: fault }), ["failed audit.holds"]);
  assert.deepEqual(ofServer({ apps: [{ ...app, error: "it answered 500" }] }), ["failed apps.reached"]);
  assert.deepEqual(ofServer({ apps: null }), ["skipped apps.reached"]);
  assert.deepEqual(ofEnvironment({ log: { ...holds, entryCount: 20_000 } }), ["warning audit.unsigned"]);
  assert.deepEqual(ofEnvironment({ log: { ...holds, entryCount: 10_000, checkpointSize: null } }), []);
  assert.deepEqual(ofEnvironment({ heldOrigins: [{ app: "shop", at: ago(1) }] }), [
    "warning apps.origin_held",
  ]);
  assert.deepEqual(ofEnvironment({ egress: { ...egress, mode: "any", plain_http: ["app"] } }), [
    "warning server.egress_any",
    "warning server.egress_plain",
  ]);
  const use = { environment: "production", data_key: "d", created_at: ago(1) };
  assert.deepEqual(
    ofServer({
      masterKeys: [
        { ...use, master_key: "a" },
        { ...use, master_key: "b" },
      ],
    }),
    ["warning keys.master"],
  );
});

test("logs that go nowhere else, and a sink that takes nothing, are named", () => {
  assert.deepEqual(ofServer({ sinks: [] }), ["warning audit.nowhere_else"]);
  assert.deepEqual(ofServer({ sinks: [{ ...sink, state: "failing", last_error: "ECONNREFUSED" }] }), [
    "failed audit.sink",
  ]);
});
