import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readExport } from "@holdfast/protocol";
import { request } from "../http/request.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import { operatorRoutes } from "../kit/operator-routes.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";

async function exported(server: TestServer, environment: string | null): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of await operatorOf(server).exportAudit(environment))
    text += decoder.decode(chunk, { stream: true });
  return text;
}

describe("the audit log of a server", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  it("A-140 holds each act of an app's keeper, on whose key it was done, from where, and what it changed", async () => {
    await using app = await startTestApp({
      server,
      sdk: "v4",
      adapter: "node",
      id: "shop",
      register: "app",
      functions: [
        {
          id: "fulfil",
          triggers: [{ event: "order/paid" }],
          handler: ({ step }) => step.sleep("long", "1h"),
        },
      ],
    });
    assert.equal(app.id, "shop");
    const client = clientOf(server);
    await client.pauseFunction("shop", "fulfil");
    await client.pauseFunction("shop", "fulfil");
    await client.resumeFunction("shop", "fulfil");
    const { ids } = await client.send({ name: "order/paid", data: {} });
    const [id] = ids;
    assert.ok(id !== undefined);
    const [run] = await client.eventRuns(id);
    assert.ok(run !== undefined);
    await client.cancel(run.run_id);
    await assert.rejects(client.cancel(run.run_id));
    await runOf(server, id);
    const rows = (await operatorOf(server).auditRows("production", { limit: "100" })).map(
      ({ entry }) => entry,
    );
    const acts = rows.map(({ action }) => action).toReversed();
    const ofApp = acts.filter((action) => /^(?:app|function|run)\./.test(action));
    assert.deepEqual(ofApp, ["app.synced", "function.paused", "function.resumed", "run.cancelled"]);
    const paused = rows.find(({ action }) => action === "function.paused");
    assert.deepEqual([paused?.actor.type, paused?.targets[0]?.id], ["app", "shop-fulfil"]);
    assert.match(paused?.actor.id ?? "", /^[0-9a-f]{12}$/);
    assert.equal(paused?.context.address, "127.0.0.1");
    const synced = rows.find(({ action }) => action === "app.synced");
    assert.match(JSON.stringify(synced), /functions_added.*shop-fulfil/);
  });

  it("is exported, verified without any server, and found out when a letter was changed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-export-"));
    try {
      const text = await exported(server, "production");
      writeFileSync(join(folder, "good.jsonl"), text);
      writeFileSync(join(folder, "bad.jsonl"), text.replace("signing_key", "signing_kez"));
      const [last = ""] = text.trim().split("\n").toReversed();
      writeFileSync(join(folder, "checkpoint.txt"), (JSON.parse(last) as { checkpoint: string }).checkpoint);
      writeFileSync(join(folder, "cut.jsonl"), text.split("\n").slice(0, 3).join("\n"));
      const verify = (...args: readonly string[]) =>
        runHoldfast(["audit", "verify", ...args], { cwd: folder });
      const good = await verify("good.jsonl");
      assert.deepEqual([good.code, /holds: \d+ entries/.test(good.stdout)], [0, true], good.stdout);
      assert.match(good.stdout, /What this cannot tell/);
      const bad = await verify("bad.jsonl");
      assert.deepEqual(
        [bad.code, /does not hold: entry \d+ is not as it was written/.test(bad.stdout)],
        [9, true],
        bad.stdout,
      );
      assert.equal((await verify("cut.jsonl")).code, 0, "alone it cannot be known");
      const cut = await verify("cut.jsonl", "--checkpoint", "checkpoint.txt");
      assert.deepEqual([cut.code, /it was cut/.test(cut.stdout)], [9, true], cut.stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is saved under the name of its log, whatever was asked for", async () => {
    const ask = async (path: string, body: unknown): Promise<readonly unknown[]> => {
      const { headers, status } = await request(server, "POST", `/holdfast/v1/admin${path}/export`, {
        authorized: false,
        headers: { authorization: `Bearer ${server.operatorToken}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return [status, headers["content-disposition"], headers["x-content-type-options"]];
    };
    const named = (name: string) => [200, `attachment; filename="${name}"`, "nosniff"];
    assert.deepEqual(await ask("/audit", {}), named("holdfast-audit-installation.jsonl"));
    const here = "/environments/production/audit";
    assert.deepEqual(await ask(here, { format: "csv" }), named("holdfast-audit-production.csv"));
    assert.deepEqual(
      await ask(here, { format: "ocsf", filename: "../../x.html", name: "x" }),
      named("holdfast-audit-production.jsonl"),
    );
    for (const other of ['production"; filename="x.html', "no-such", "production\r\nx: y"]) {
      const [status, disposition] = await ask(`/environments/${encodeURIComponent(other)}/audit`, {});
      assert.deepEqual([status === 200, disposition], [false, undefined], other);
    }
  });

  it("is exported as OCSF events that verify, and as a table in which nothing computes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-formats-"));
    try {
      await operatorOf(server).createEventKey("production", { name: "=HYPERLINK(1)" });
      const run = (...args: readonly string[]) =>
        runHoldfast(["audit", ...args], {
          cwd: folder,
          env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken },
        });
      const events = await run("export", "events.jsonl", "--env", "production", "--format", "ocsf");
      assert.equal(events.code, 0, events.stderr);
      const [, first = ""] = readFileSync(join(folder, "events.jsonl"), "utf8").split("\n");
      assert.equal((JSON.parse(first) as { class_uid: number }).class_uid, 3004);
      const verified = await run("verify", "events.jsonl");
      assert.deepEqual([verified.code, /holds: \d+ entries, signed/.test(verified.stdout)], [0, true]);
      const table = await run("export", "--env", "production", "--format", "csv");
      assert.match(table.stdout, /^"seq","at","log"/);
      assert.match(table.stdout, /"audit\.exported"/);
      assert.doesNotMatch(table.stdout, /(?:^|,)"?[=+@-]/m);
      assert.equal((await run("export", "--format", "xml")).code, 2);
      await assert.rejects(operatorOf(server).exportAudit("production", "xml" as "csv"), {
        code: "request_failed",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("of one environment is not that of another, and each is its own chain", async () => {
    await makeEnvironment(server, "staging");
    const [production, staging, installation] = await Promise.all(
      (["production", "staging", null] as const).map((name) => exported(server, name)),
    );
    const logs = [production, staging, installation].map((text) => readExport(text ?? ""));
    assert.deepEqual(
      logs.map(({ header }) => header.log),
      ["production", "staging", "installation"],
    );
    assert.equal(new Set(logs.map(({ header }) => header.keys[0]?.publicKey)).size, 3);
    assert.ok(!(staging ?? "").includes("shop-fulfil"));
  });

  it("A-140 names what the log says of every operators' route that changes something", async () => {
    const routes = await operatorRoutes();
    assert.ok(routes.length > 20);
    const silent = routes.filter((route) => !route.startsWith("GET ") && route.endsWith(" -"));
    // They ask, try, or sign what is there: nothing is changed by them. That a test of a connection went through is in the log.
    assert.deepEqual(
      silent.map((route) => route.split(" ")[1]),
      [
        "/holdfast/v1/admin/sso/metadata",
        "/holdfast/v1/admin/sso/:id/map-preview",
        "/holdfast/v1/admin/sso/:id/test",
        "/holdfast/v1/admin/environments/:environment/signing-keys/probe",
        "/holdfast/v1/admin/audit/checkpoint",
        "/holdfast/v1/admin/environments/:environment/audit/checkpoint",
      ],
    );
  });
});

describe("secrets of a server", { timeout: 120_000 }, () => {
  it("A-019 A-056 A-096 are in no file of the data, no backup of it, no log, no answer and no argument", async () => {
    await using server = await startTestServer();
    const operator = operatorOf(server);
    const { secret: eventKey = "" } = await operator.createEventKey("production", { name: "web" });
    const { secret: signingKey = "" } = await operator.beginRotation("production");
    const { secret: token = "" } = await operator.createOperatorToken({ name: "Ana", role: "owner" });
    const staging = await makeEnvironment(server, "staging");
    const { secret: sinkSecret = "" } = await operator.createAuditSink({
      name: "siem",
      kind: "https",
      target: "https://127.0.0.1:1/audit",
    });
    const secrets = [
      sinkSecret,
      eventKey,
      signingKey,
      token,
      staging.eventKey,
      staging.signingKey ?? "",
      server.signingKey ?? "",
      server.eventKey,
      server.operatorToken,
    ];
    for (const secret of secrets) assert.ok(secret.length > 20);

    const bodies = [await exported(server, null), await exported(server, "production")];
    for (const [path, authorization] of [
      ["/holdfast/v1/admin/environments", token],
      ["/holdfast/v1/admin/environments/production/event-keys", token],
      ["/holdfast/v1/admin/environments/production/signing-keys", token],
      ["/holdfast/v1/admin/operator-tokens", token],
      ["/holdfast/v1/admin/audit", token],
      ["/holdfast/v1/admin/audit/sinks", token],
      ["/holdfast/v1/admin/environments/production/audit", token],
      ["/v1/events", signingKey],
      ["/v2/keys/signing", signingKey],
    ] as const)
      bodies.push(
        (
          await request(server, "GET", path, {
            authorized: false,
            headers: { authorization: `Bearer ${authorization}` },
          })
        ).text,
      );
    for (const secret of secrets) {
      bodies.push((await request(server, "POST", `/e/${secret}`, { authorized: false, body: "[" })).text);
      bodies.push(
        (
          await request(server, "GET", "/nothing", {
            authorized: false,
            headers: { authorization: `Bearer ${secret}x` },
          })
        ).text,
      );
    }
    await server.stop();
    const backup = mkdtempSync(join(tmpdir(), "holdfast-backup-"));
    try {
      cpSync(server.dataDir, backup, { recursive: true });
      const files = [server.dataDir, backup].flatMap((folder) =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name)),
      );
      assert.ok(files.some((path) => path.endsWith("installation/holdfast.db")));
      const texts = [
        ...files.map((path) => [path, readFileSync(path)] as const),
        ["log", Buffer.from(server.log.lines.join("\n"))],
        ["answers", Buffer.from(bodies.join("\n"))],
        ["arguments", Buffer.from(process.argv.join(" "))],
      ] as const;
      for (const secret of secrets) {
        // Of a signing key the hex alone is the secret; some stores keep it so.
        const core = secret.replace(/^signkey-\w+-/, "");
        const forms = [
          core,
          Buffer.from(core).toString("base64").replace(/=+$/, ""),
          Buffer.from(core).toString("hex"),
          Buffer.from(core, "hex").toString("base64"),
        ].flatMap((form) => (form.length > 20 ? [Buffer.from(form), Buffer.from(form, "utf16le")] : []));
        for (const [place, bytes] of texts)
          for (const form of forms) assert.ok(!bytes.includes(form), `${place} has a secret in clear`);
      }
    } finally {
      rmSync(backup, { recursive: true });
    }
  });
});
