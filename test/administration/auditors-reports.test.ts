import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

interface Printed {
  readonly data: {
    readonly title: string;
    readonly tables: readonly {
      readonly heading: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }[];
    readonly notes: readonly string[];
  };
}

const HOSTILE = `<script>alert("1")</script>`;

const compare = (one: string, two: string): number => one.localeCompare(two);

describe("reports for auditors", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-reports-"));
  let server: TestServer;
  let auditor = "";
  let adminId = "";
  const secrets: string[] = [];

  before(async () => {
    server = await startTestServer();
    const owner = operatorOf(server);
    const staging = await makeEnvironment(server, "staging");
    ({ secret: auditor = "" } = await owner.createOperatorToken({ name: "our auditors", role: "auditor" }));
    const admin = await owner.createOperatorToken({ name: HOSTILE, role: "admin" });
    adminId = admin.id;
    const ended = await owner.createOperatorToken({
      name: "left",
      role: "developer",
      environments: ["staging"],
    });
    await owner.revokeOperatorToken(ended.id, "left the company");
    const key = await operatorOf({ url: server.url, operatorToken: admin.secret ?? "" }).createEventKey(
      "production",
      { name: "shop", allow_names: ["order/*"] },
    );
    await owner.setEgressPolicy("staging", { allow: ["10.0.0.0/8"] });
    await assert.rejects(
      operatorOf({ url: server.url, operatorToken: auditor }).createEventKey("production", { name: "no" }),
    );
    for (const secret of [
      auditor,
      admin.secret,
      ended.secret,
      key.secret,
      server.signingKey,
      staging.signingKey,
    ])
      secrets.push(secret ?? "none");
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await server[Symbol.asyncDispose]();
  });

  async function run(name: string, ...args: readonly string[]) {
    const { code, stderr, stdout } = await runHoldfast(["report", name, ...args], {
      cwd: folder,
      env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: auditor },
    });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  /** The rows of a table, each by its columns. */
  async function table(name: string, heading: RegExp, ...args: readonly string[]) {
    const { data } = JSON.parse(await run(name, "--json", ...args)) as Printed;
    const found = data.tables.find((each) => heading.test(each.heading));
    assert.ok(found !== undefined);
    return found.rows.map((row) =>
      Object.fromEntries(found.columns.map((column, index) => [column, row[index]])),
    );
  }

  it("access says who may do what, where, since when, made by whom, and that it is over", async () => {
    const rows = await table("access", /administers/);
    const of = (name: string) => rows.find((row) => row["name"] === name);
    assert.deepEqual(
      [of("left")?.["role"], of("left")?.["where"], of("left")?.["state"]],
      ["developer", "staging", "revoked"],
    );
    assert.deepEqual([of("our auditors")?.["where"], of("our auditors")?.["state"]], ["everywhere", "good"]);
    assert.match(of("our auditors")?.["made by"] ?? "", /^configured \(/);
    assert.notEqual(of("our auditors")?.["last used"], "never");
    assert.deepEqual(of("configured")?.["role"], "owner");
    const may = await table("access", /role may do/);
    assert.deepEqual(
      may
        .filter(({ permission }) => permission === "event_keys.manage")
        .map(({ admin, auditor: u, developer }) => [admin, u, developer]),
      [["yes", "-", "not in production"]],
    );
    const senders = await table("access", /send events/);
    assert.equal(senders.find(({ name }) => name === "shop")?.["names"], "order/*");
  });

  it("keys has every key with its age and state, and the text of none", async () => {
    const signing = await table("keys", /^Signing/);
    assert.deepEqual(signing.map(({ environment = "" }) => environment).toSorted(compare), [
      "production",
      "staging",
    ]);
    assert.ok(signing.every((row) => row["state"] === "active" && row["days old"] === "0"));
    assert.ok((await table("keys", /^Event/)).some(({ name, state }) => name === "shop" && state === "good"));
    assert.ok((await table("keys", /sealed under/)).some(({ place }) => place === "installation"));
  });

  it("changes says who changed what from what to what, what was denied, and that the logs hold", async () => {
    const changes = await table("changes", /^Since/);
    const made = changes.find(({ of, what }) => what === "event_key.created" && of === "shop");
    assert.ok(made?.["by"]?.includes(adminId));
    const policy = changes.find(({ what }) => what === "egress.policy_changed");
    assert.deepEqual(
      [policy?.["log"], policy?.["change"]],
      ["staging", 'allow: ["127.0.0.0/8","::1","localhost"] to ["10.0.0.0/8"]'],
    );
    assert.equal(
      changes.find(({ what }) => what === "operator_token.revoked")?.["reason"],
      "left the company",
    );
    assert.ok(!changes.some(({ what }) => what === "access.denied" || what === "server.started"));
    const denied = await table("changes", /denied/);
    assert.deepEqual(
      denied.map(({ reason, times }) => [reason, times]),
      [["event_keys.manage", "1"]],
    );
    const logs = await table("changes", /hold/);
    assert.deepEqual(logs.map(({ log = "" }) => log).toSorted(compare), [
      "installation",
      "production",
      "staging",
    ]);
    assert.ok(logs.every(({ verdict }) => verdict === "holds"));
    assert.deepEqual(
      await table("changes", /^Since/, "--since", new Date(Date.now() + 60_000).toISOString()),
      [],
    );
  });

  it("controls names what is there in part alone, points at evidence that exists, and claims no certificate", async () => {
    const printed = JSON.parse(await run("controls", "--json")) as Printed;
    assert.match(printed.data.notes.join(" "), /no certificate/);
    const rows = await table("controls", /What is there/);
    assert.ok(rows.some(({ state }) => state === "in part"));
    const seen =
      rows.find((row) => row["asks for"] === "What is out of the ordinary is noticed")?.["seen here"] ?? "";
    assert.match(seen, /1 requests? denied; 3 of 3 logs hold/);
    const root = join(import.meta.dirname, "..", "..");
    for (const { evidence = "" } of rows)
      for (const [path] of evidence.matchAll(/(?:docs|test)\/[\w./-]*\w/g))
        assert.ok(statSync(join(root, path)), path);
  });

  it("a page runs nothing of what somebody named, and no report has a secret", async () => {
    for (const name of ["access", "keys", "changes", "controls"]) {
      const printed = await run(name, "--page", `${name}.html`);
      const page = readFileSync(join(folder, `${name}.html`), "utf8");
      assert.equal(statSync(join(folder, `${name}.html`)).mode & 0o777, 0o600);
      assert.ok(!page.includes("<script"), name);
      assert.match(page, /default-src 'none'/);
      for (const secret of secrets)
        assert.ok(secret.length > 20 && !`${page}${printed}`.includes(secret), name);
    }
    assert.match(readFileSync(join(folder, "access.html"), "utf8"), /&lt;script&gt;alert\(&quot;1&quot;\)/);
  });
});
