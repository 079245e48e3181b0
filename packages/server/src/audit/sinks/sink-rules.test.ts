import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeDigest } from "#kernel";
import { retryDelayMs } from "./back-off.ts";
import { makeSecret, signatureHeaders } from "./https-transport.ts";
import { sinkLine } from "./sink-line.ts";
import { checkSettings, readSyslogTarget } from "./sink-target.ts";
import { syslogFrame } from "./syslog-message.ts";

test("retryDelayMs() doubles up to five minutes, and takes off up to half", () => {
  assert.deepEqual(
    [1, 2, 3, 9, 10, 1000].map((count) => retryDelayMs(count, 0)),
    [1000, 2000, 4000, 256_000, 300_000, 300_000],
  );
  assert.equal(retryDelayMs(1, 1), 500);
});

test("readSyslogTarget() knows the registered ports, IPv6, and no way that loses lines", () => {
  const { host, port, secure } = readSyslogTarget("tls://[::1]");
  assert.deepEqual([host, port, secure], ["::1", 6514, true]);
  assert.deepEqual(readSyslogTarget("tcp://logs.internal:1514"), {
    host: "logs.internal",
    port: 1514,
    secure: false,
  });
  assert.equal(readSyslogTarget("tcp://logs.internal").port, 601);
  for (const target of ["udp://a:514", "tcp://a/path", "tcp://u:p@a", "tls://a?b", "https://a", "", "tcp://"])
    assert.throws(() => readSyslogTarget(target), { code: "request_invalid" }, target);
  assert.throws(() => readSyslogTarget("udp://a"), /loses lines/);
});

test("checkSettings() takes a name that can be shown, and a path that can be told", () => {
  const check = (name: string, target: string) =>
    checkSettings({ name, target, kind: "file", format: "jsonl" });
  check("audit", "/var/log/audit.jsonl");
  for (const name of ["", " ", "a\nb", "x".repeat(101)])
    assert.throws(() => check(name, "/a.jsonl"), { code: "request_invalid" });
  for (const target of ["a.jsonl", "/a/../b.jsonl", "/a.log", "/a\0.jsonl", "/etc/cron.d/x"])
    assert.throws(() => check("a", target), { code: "request_invalid" }, target);
});

test("checkSettings() holds each kind's target against its own rule", () => {
  const check = (kind: "file" | "syslog" | "https", target: string, name = "x".repeat(100)) =>
    checkSettings({ name, target, kind, format: "jsonl" });
  check("file", "/a.jsonl");
  check("syslog", "tls://logs.example:6514");
  check("https", "https://siem.example.org:8443/audit");
  for (const [kind, target] of [
    ["file", "tls://logs.example"],
    ["syslog", "/a.jsonl"],
    ["syslog", "udp://logs.example"],
    ["https", "http://siem.example.org/"],
    ["https", "nonsense"],
    ["https", "https://u@siem.example.org/"],
    ["https", "https://:p@siem.example.org/"],
    ["https", "https://siem.example.org/?token=x"],
    ["https", "https://siem.example.org/#x"],
  ] as const)
    assert.throws(() => check(kind, target), { code: "request_invalid" }, `${kind} ${target}`);
});

test("sinkLine() says of an entry what it is about, when it was made, and whether it is a refusal", () => {
  const facts = { productVersion: "1", now: 5 };
  const entry = (result: string) =>
    sinkLine(
      {
        kind: "entry",
        log: "production",
        seq: 1,
        hash: "h",
        entry: JSON.stringify({ action: "access.denied", at: "1970-01-01T00:00:00.007Z", result }),
      },
      "jsonl",
      facts,
    );
  for (const [result, isRefusal] of [
    ["success", false],
    ["denied", true],
    ["failed", true],
  ] as const) {
    const { about, at, isRefusal: refused } = entry(result);
    assert.deepEqual([about, at, refused], ["access.denied", 7, isRefusal]);
  }
  const { about, at, isRefusal } = sinkLine({ kind: "test", sink: "s", at: 3 }, "jsonl", facts);
  assert.deepEqual([about, at, isRefusal], ["test", 5, false]);
});

test("syslogFrame() is RFC 5424 in a frame that counts bytes, and what a line says cannot end it", () => {
  const line = { text: '{"a":"é"}', at: 0, isRefusal: false, about: "event_key.created" };
  const sender = { host: "host 1", process: "7" };
  const message = '<109>1 1970-01-01T00:00:00.000Z host_1 holdfast 7 event_key.created - {"a":"é"}';
  assert.equal(syslogFrame(line, sender), `${Buffer.byteLength(message)} ${message}`);
  assert.match(syslogFrame({ ...line, isRefusal: true }, sender), /^\d+ <108>1 /);
  assert.match(
    syslogFrame({ ...line, about: `${"x".repeat(40)}\n` }, { host: "", process: "" }),
    / - holdfast - x{32} - /,
  );
});

test("signatureHeaders() signs id, time and body as the example of Standard Webhooks has it", () => {
  const headers = signatureHeaders(
    {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      body: '{"test": 2432232314}',
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      now: 1_614_265_330_999,
    },
    nodeDigest,
  );
  assert.deepEqual(headers, {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  assert.match(
    makeSecret((count) => new Uint8Array(count)),
    /^whsec_A{43}=$/,
  );
});
