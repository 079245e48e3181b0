import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import type { AuditSinkInfo, Client } from "@holdfast/client";
import { readLogs } from "@holdfast/protocol";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { certify, createAuthority } from "../../packages/server/src/egress/testing/certificates.ts";
import { operatorOf } from "../kit/operator.ts";
import { isSignedWith, receiveHttps, receiveSyslog } from "../kit/sink-receivers.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const authority = createAuthority("Sink Authority");
const certified = certify(authority, "127.0.0.1");

async function sinkOf(operator: Client, id: string): Promise<AuditSinkInfo> {
  const sink = (await operator.auditSinks()).find((each) => each.id === id);
  assert.ok(sink !== undefined);
  return sink;
}

/** Makes acts in two logs. */
async function act(operator: Client, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await operator.createEventKey("production", { name: `key ${index}` });
  await operator.createOperatorToken({ name: "Ana", role: "owner" });
}

/** Waits until a sink has every entry there is. */
async function caughtUp(operator: Client, id: string): Promise<void> {
  await until("the sink has everything", async () => (await sinkOf(operator, id)).behind === 0);
}

/** What must be true of whatever a receiver got: every entry of each log, in order, once duplicates are gone. */
function assertWhole(lines: readonly string[]): void {
  for (const { entries, header, log } of readLogs(lines.join("\n"))) {
    assert.ok(header !== null, log);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_entry, index) => index + 1),
      log,
    );
  }
}

describe("audit sinks", { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;
  let operator: Client;
  const run = (...args: readonly string[]) =>
    runHoldfast(["audit", ...args], {
      cwd: folder,
      env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken },
    });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-sinks-"));
    server = await startTestServer({ egressAuthorities: [authority.cert] });
    operator = operatorOf(server);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it("a file gets every log from its first entry, verifies by itself, and is its owner's alone", async () => {
    const path = join(folder, "file.jsonl");
    const added = await run("sinks", "add", path, "--json");
    assert.equal(added.code, 0, added.stderr);
    const { id } = (JSON.parse(added.stdout) as { data: { id: string } }).data;
    await act(operator, 3);
    await caughtUp(operator, id);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const text = readFileSync(path, "utf8");
    assertWhole(text.trimEnd().split("\n"));
    assert.deepEqual(
      readLogs(text)
        .map(({ log }) => log)
        .toSorted(),
      ["installation", "production"],
    );
    assert.ok(!text.includes("Ana"), "names stay where they can be erased");
    const verified = await run("verify", path);
    assert.deepEqual([verified.code, verified.stdout.match(/holds: /g)?.length], [0, 2], verified.stdout);
    const one = await run("verify", path, "--log", "production");
    assert.deepEqual([one.code, /log of production holds/.test(one.stdout)], [0, true]);
    const listed = await run("sinks", "list");
    assert.match(listed.stdout, /file\.jsonl.*has everything/);
    assert.equal((await run("sinks", "test", id)).code, 0);
    assert.match(readFileSync(path, "utf8"), /holdfast-audit-test/);
    assert.equal((await run("sinks", "remove", id)).code, 0);
    await until("it hears of its own end", () => readFileSync(path, "utf8").includes("audit_sink.removed"));
    assert.deepEqual(await operator.auditSinks(), []);
    await assert.rejects(operator.removeAuditSink(id), { code: "not_found" });
  });

  it("A-144 no sink is written into the data, through a link, over another program's file, or by UDP", async () => {
    const make = (kind: AuditSinkInfo["kind"], target: string) =>
      operator.createAuditSink({ name: "x", kind, target });
    for (const [kind, target] of [
      ["file", "relative.jsonl"],
      ["file", "/etc/passwd"],
      ["file", `${folder}/../x.jsonl`],
      ["syslog", "udp://127.0.0.1:514"],
      ["syslog", "tcp://user@127.0.0.1:1"],
      ["https", "http://127.0.0.1/x"],
      ["https", "https://user:pass@127.0.0.1/x"],
      ["https", "https://127.0.0.1/x?token=1"],
    ] as const)
      await assert.rejects(make(kind, target), { code: "request_failed" }, target);
    assert.deepEqual(await operator.auditSinks(), []);
    symlinkSync(server.dataDir, join(folder, "link"));
    writeFileSync(join(folder, "other"), "mine\n");
    symlinkSync(join(folder, "other"), join(folder, "linked.jsonl"));
    for (const [target, words] of [
      [join(server.dataDir, "audit.jsonl"), /in the data folder/],
      [join(folder, "link", "installation", "audit.jsonl"), /in the data folder/],
      [join(folder, "linked.jsonl"), /ELOOP/],
    ] as const) {
      const { id } = await make("file", target);
      assert.match((await operator.testAuditSink(id)).error ?? "", words);
      await operator.removeAuditSink(id);
    }
    assert.equal(readFileSync(join(folder, "other"), "utf8"), "mine\n");
  });

  for (const [scheme, certificate] of [
    ["tcp", undefined],
    ["tls", certified],
  ] as const)
    it(`syslog over ${scheme} gets every entry in order, in frames of RFC 5424`, async () => {
      await using receiver = await receiveSyslog(certificate);
      const { id } = await operator.createAuditSink({
        name: scheme,
        kind: "syslog",
        target: `${scheme}://127.0.0.1:${receiver.port}`,
      });
      await act(operator, 2);
      await caughtUp(operator, id);
      assertWhole(receiver.lines);
      assert.ok(
        receiver.headers.some((header) =>
          /^<109>1 \S+Z \S+ holdfast \d+ event_key\.created - $/.test(header),
        ),
      );
      await operator.removeAuditSink(id);
    });

  it("syslog over TLS goes to nobody whose certificate is not vouched for", async () => {
    await using receiver = await receiveSyslog(certify(createAuthority("Other"), "127.0.0.1"));
    const target = `tls://127.0.0.1:${receiver.port}`;
    const { id } = await operator.createAuditSink({ name: "stranger", kind: "syslog", target });
    const sink = await until("it fails", async () => {
      const known = await sinkOf(operator, id);
      return known.state === "failing" && known;
    });
    assert.match(sink.last_error ?? "", /certificate/);
    assert.deepEqual(receiver.lines, []);
    await operator.removeAuditSink(id);
  });

  it("https gets signed batches, OCSF if it likes, and the secret is in one answer and nowhere else", async () => {
    await using receiver = await receiveHttps(certified);
    const made = await operator.createAuditSink({
      name: "siem",
      kind: "https",
      target: `https://127.0.0.1:${receiver.port}/audit`,
      format: "ocsf",
    });
    const { id, secret = "" } = made;
    assert.match(secret, /^whsec_/);
    await caughtUp(operator, id);
    assert.ok(receiver.posts.length > 0);
    for (const post of receiver.posts) assert.ok(isSignedWith(secret, post));
    assert.ok(!isSignedWith(`whsec_${Buffer.alloc(32).toString("base64")}`, receiver.posts[0]!));
    const [, , event = ""] = receiver.lines;
    assert.equal((JSON.parse(event) as { metadata: { version: string } }).metadata.version, "1.9.0");
    assertWhole(receiver.lines);
    const received = join(folder, "events.jsonl");
    writeFileSync(received, receiver.lines.join("\n"));
    assert.equal((await run("verify", received)).code, 0);
    assert.ok(!JSON.stringify(await operator.auditSinks()).includes(secret));
    await operator.removeAuditSink(id);
  });

  it("A-144 a sink that fails is an alarm, holds up nothing, loses nothing, and says when it is well", async () => {
    await using receiver = await receiveHttps(certified);
    receiver.refuse(true);
    const target = `https://127.0.0.1:${receiver.port}/audit`;
    const { id } = await operator.createAuditSink({ name: "flaky", kind: "https", target });
    const failing = await until("it fails", async () => {
      const sink = await sinkOf(operator, id);
      return sink.state === "failing" && sink;
    });
    assert.match(failing.last_error ?? "", /answered 503/);
    await act(operator, 5);
    assert.ok((await sinkOf(operator, id)).behind > 5);
    assert.match((await run("sinks", "list")).stdout, /\d+ entries behind[^]*failing since[^]*answered 503/);
    const alarms = () =>
      server.log.lines.filter((line) => line.includes("does not take") && line.includes(id));
    assert.equal(alarms().length, 1);
    assert.equal((await run("sinks", "test", id)).code, 9);
    receiver.refuse(false);
    await caughtUp(operator, id);
    assertWhole(receiver.lines);
    const acts = (await operator.auditRows(null, { limit: "100" }))
      .filter(({ entry }) => entry.targets.some((each) => each.id === id))
      .map(({ entry }) => entry.action)
      .toReversed();
    assert.deepEqual(acts, [
      "audit_sink.created",
      "audit_sink.failing",
      "audit_sink.tested",
      "audit_sink.recovered",
    ]);
    assert.equal(alarms().length, 1);
    await operator.removeAuditSink(id);
  });

  it("A-150 a redirect is not followed, and the egress policy holds for sinks", async () => {
    await using receiver = await receiveHttps(certified, () => 307);
    const base = `https://127.0.0.1:${receiver.port}`;
    const away = await operator.createAuditSink({ name: "away", kind: "https", target: `${base}/x` });
    assert.match((await operator.testAuditSink(away.id)).error ?? "", /redirect/);
    assert.deepEqual([...new Set(receiver.posts.map(({ path }) => path))], ["/x"]);
    for (const [kind, target, rule] of [
      ["https", "https://169.254.169.254/x", /metadata_service/],
      ["https", "https://10.1.2.3/x", /private_address/],
      ["syslog", "tls://10.1.2.3:6514", /private_address/],
      ["syslog", "tcp://169.254.169.254:80", /metadata_service/],
      ["syslog", "tcp://127.0.0.1:5432", /port belongs/],
      ["syslog", `tcp://127.0.0.1:${server.port}`, /own_address/],
    ] as const) {
      const { id } = await operator.createAuditSink({ name: "refused", kind, target });
      assert.match((await operator.testAuditSink(id)).error ?? "", rule, target);
      await operator.removeAuditSink(id);
    }
    await operator.removeAuditSink(away.id);
  });
});

it("audit logs are kept for thirty days at least", async () => {
  await assert.rejects(startTestServer({ auditRetentionDays: 29 }), { code: "config_invalid" });
  await using server = await startTestServer({ auditRetentionDays: 30 });
  assert.deepEqual(await operatorOf(server).auditSinks(), []);
});

describe("audit sinks across a restart", { timeout: 120_000 }, () => {
  it("go on where they stood: nothing is missing, in order, and what came twice is known by place and hash", async () => {
    await using receiver = await receiveHttps(certified);
    await using server = await startTestServer({ egressAuthorities: [authority.cert] });
    const operator = operatorOf(server);
    const target = `https://127.0.0.1:${receiver.port}/audit`;
    const { id, secret = "" } = await operator.createAuditSink({ name: "siem", kind: "https", target });
    await act(operator, 5);
    await caughtUp(operator, id);
    const before = receiver.lines.length;
    // As after a crash between sending a batch and noting it: what was noted last is older than what was sent.
    await server.stop();
    const db = new DatabaseSync(join(server.dataDir, "installation", "holdfast.db"));
    const row = db.prepare("SELECT body FROM records WHERE kind = 'audit-sink-progress'").get();
    const progress = JSON.parse(String(row?.["body"])) as { places: Record<string, object> };
    delete progress.places["production"];
    db.prepare("UPDATE records SET body = ? WHERE kind = 'audit-sink-progress'").run(
      JSON.stringify(progress),
    );
    db.close();
    receiver.refuse(true);
    await server.start();
    await act(operator, 3);
    await server.stop();
    receiver.refuse(false);
    await server.start();
    await act(operator, 1);
    await caughtUp(operator, id);
    assert.ok(receiver.lines.length > before);
    assertWhole(receiver.lines);
    const keys = receiver.lines.flatMap((line) => {
      const { hash: itsHash, log, seq } = JSON.parse(line) as { log: string; seq?: number; hash?: string };
      return seq === undefined ? [] : [`${log} ${seq} ${itsHash}`];
    });
    assert.ok(new Set(keys).size < keys.length, "some came twice");
    for (const post of receiver.posts) assert.ok(isSignedWith(secret, post));
  });

  it("A-142 what a sink received shows that the tail was cut from the database, and the server says so itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-cut-"));
    try {
      await using server = await startTestServer();
      const operator = operatorOf(server);
      const path = join(folder, "received.jsonl");
      const { id } = await operator.createAuditSink({ name: "file", kind: "file", target: path });
      await act(operator, 6);
      await caughtUp(operator, id);
      await server.stop();
      // Whoever can write the file: newest entries, head and checkpoints go, and the log hangs together again.
      const db = new DatabaseSync(join(server.dataDir, "holdfast.db"));
      for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
        db.exec(`DROP TRIGGER ${String(name)}`);
      const size = Number(db.prepare("SELECT size FROM audit_head").get()?.["size"]);
      const kept = size - 3;
      db.exec(`DELETE FROM audit_entries WHERE seq > ${kept}`);
      db.exec(`DELETE FROM audit_checkpoints WHERE size > ${kept}`);
      db.exec(
        `UPDATE audit_head SET size = ${kept}, hash = (SELECT hash FROM audit_entries WHERE seq = ${kept})`,
      );
      db.exec("DELETE FROM records WHERE kind = 'audit-tree'");
      db.close();
      const receivedBefore = hash("sha256", readFileSync(path));
      await server.start();
      const sink = await until("the server finds it", async () => {
        const known = await sinkOf(operator, id);
        return known.state === "failing" && known;
      });
      assert.match(sink.last_error ?? "", /log of production is not the one that was sent/);
      const run = (...args: readonly string[]) =>
        runHoldfast(["audit", ...args], {
          cwd: folder,
          env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken },
        });
      assert.equal((await run("export", "now.jsonl", "--env", "production")).code, 0);
      assert.equal((await run("verify", "now.jsonl")).code, 0, "alone it cannot be known");
      const held = await run("verify", "now.jsonl", "--checkpoint", path);
      assert.equal(held.code, 9, held.stdout);
      assert.match(
        held.stdout,
        /a checkpoint signed for \d+ entries (?:exists.*it was cut|tells of other entries)/,
      );
      const whole = await run("verify", path, "--log", "production");
      assert.deepEqual(
        [whole.code, whole.stdout.includes(`holds: ${size} entries`)],
        [0, true],
        whole.stdout,
      );
      await until(
        "the log that was not cut goes on",
        () => hash("sha256", readFileSync(path)) !== receivedBefore,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
