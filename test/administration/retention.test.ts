import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import type { EventId, HoldfastError } from "@holdfast/protocol";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { operatorOf } from "../kit/operator.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

/** Files of a data folder in which these bytes occur, as they are. */
function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}

/** What a store keeps of a data key: the key, sealed by the master key. */
function wrappedKey(folder: string, id: string): string {
  const db = new DatabaseSync(join(folder, "holdfast.db"), { readOnly: true });
  try {
    const row = db.prepare("SELECT body FROM records WHERE kind = 'data-key' AND id = ?").get(id);
    return (JSON.parse(String(row?.["body"])) as { wrapped: string }).wrapped;
  } finally {
    db.close();
  }
}

/** A value of one subject that is nowhere else in the world. */
const subject = (): string => `ana.${randomBytes(8).toString("hex")}@example.org`;

describe("retention and erasure on a server", { timeout: 120_000 }, () => {
  let server: TestServer;
  let app: TestApp;
  before(async () => {
    server = await startTestServer();
    app = await startTestApp({
      server,
      sdk: "v4",
      adapter: "node",
      id: "shop",
      register: "app",
      functions: [
        {
          id: "greet",
          triggers: [{ event: "person/came" }],
          async handler({ event, step }) {
            // Sent below.
            const { mail } = event.data as { mail: string };
            const greeting = await step.run("write", () => ({ to: mail, text: "x".repeat(20_000) + mail }));
            return { sent: greeting.to };
          },
        },
        {
          id: "wait",
          triggers: [{ event: "person/waits" }],
          handler: ({ step }) => step.sleep("long", "1h"),
        },
      ],
    });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  /** Sends an event about somebody; its id. */
  async function send(name: string, mail: string): Promise<EventId> {
    const [id] = (await clientOf(server).send({ name, data: { mail } })).ids;
    assert.ok(id !== undefined);
    return id;
  }

  async function greet(mail: string): Promise<EventId> {
    const id = await send("person/came", mail);
    assert.equal((await runOf(server, id)).status, "Completed");
    return id;
  }

  it("an erasure leaves no byte of the subject in any file, and everybody else's runs", async () => {
    const [one, other] = [subject(), subject()];
    const erased = await greet(one);
    const kept = await greet(other);
    assert.ok(filesWith(server.dataDir, one).length > 0, "the search finds what is there");
    const receipt = await operatorOf(server).erase("production", { values: [one], reason: "request 17" });
    // The event itself, and what the server said of the end of its run.
    assert.deepEqual([receipt.events, receipt.runs], [2, 1]);
    assert.deepEqual(filesWith(server.dataDir, one), []);
    assert.ok(filesWith(server.dataDir, other).length > 0);
    assert.deepEqual(await clientOf(server).eventRuns(erased), []);
    assert.equal((await clientOf(server).eventRuns(kept)).length, 1);
    const rows = await operatorOf(server).auditRows("production", { action: "data.erased" });
    assert.deepEqual(
      rows.map(({ entry }) => [entry.targets[0]?.id, entry.reason, entry.actor.type]),
      [[receipt.id, "request 17", "operator"]],
    );
    assert.ok(!JSON.stringify(server.log.lines).includes(one));
  });

  it("the same from the command line, whose arguments do not name the subject", async () => {
    const one = subject();
    await greet(one);
    const env = { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken };
    const ended = await runHoldfast(["erase", "-", "--reason", "request 18", "--json"], {
      cwd: server.dataDir,
      env,
      stdin: `${one}\n`,
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((JSON.parse(ended.stdout) as { data: { runs: number } }).data.runs, 1);
    assert.deepEqual(filesWith(server.dataDir, one), []);
  });

  it("a run that goes on, and one that is held, are refused by name, and nothing is gone", async () => {
    const one = subject();
    const id = await send("person/waits", one);
    const operator = operatorOf(server);
    const request = { values: [one], reason: "request 19" };
    await assert.rejects(operator.erase("production", request), (error: Error & { code: string }) => {
      assert.equal(error.code, "conflict");
      assert.match(error.message, /1 of its runs have not ended/);
      return true;
    });
    const [run] = await clientOf(server).eventRuns(id);
    assert.ok(run !== undefined);
    await clientOf(server).cancel(run.run_id);
    await runOf(server, id);
    const hold = await operator.placeHold("production", { function: "shop-wait", reason: "case 17" });
    await assert.rejects(operator.erase("production", request), (error: HoldfastError) => {
      assert.equal(error.details["code"], "legal_hold");
      return true;
    });
    assert.ok(filesWith(server.dataDir, one).length > 0);
    await operator.liftHold("production", hold.id, "case closed");
    assert.equal((await operator.erase("production", request)).runs, 1);
    assert.deepEqual(filesWith(server.dataDir, one), []);
  });

  it("rules and holds are set from the command line, in one environment, and outlive a restart", async () => {
    const cli = async (...args: readonly string[]): Promise<unknown> => {
      const env = { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken };
      const ended = await runHoldfast([...args, "--json"], { cwd: server.dataDir, env });
      assert.equal(ended.code, 0, ended.stderr);
      return (JSON.parse(ended.stdout) as { data: unknown }).data;
    };
    await cli("retention", "set", "90");
    const policy = (await cli("retention", "set", "7", "--function", "shop-greet")) as {
      days: number;
      functions: Record<string, number>;
    };
    assert.deepEqual([policy.days, Object.values(policy.functions)], [90, [7]]);
    await cli("hold", "place", "--reason", "case 20");
    await server.stop();
    await server.start();
    assert.deepEqual(await cli("retention", "show"), policy);
    const [hold] = (await cli("hold", "list")) as readonly { id: string; scope: string }[];
    assert.equal(hold?.scope, "environment");
    assert.deepEqual(await cli("retention", "sweep"), { runs: 0, events: 0 });
    await cli("hold", "lift", hold?.id ?? "", "--reason", "case closed");
    assert.deepEqual(await cli("hold", "list"), []);
  });

  it("a data key that was destroyed is in no file any more, and needs a yes", async () => {
    const operator = operatorOf(server);
    await operator.createEnvironment({ name: "scratch", kind: "custom" });
    const use = (await operator.masterKeyUses()).find(({ environment }) => environment === "scratch");
    const id = use?.data_key ?? "";
    const folder = join(server.dataDir, "environments", "scratch");
    const wrapped = wrappedKey(folder, id);
    assert.ok(filesWith(folder, wrapped).length > 0);
    const env = { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken };
    const destroy = ["keys", "data", "destroy", id, "--env", "scratch"];
    assert.equal((await runHoldfast(destroy, { cwd: server.dataDir, env })).code, 2);
    const ended = await runHoldfast([...destroy, "--yes"], { cwd: server.dataDir, env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(filesWith(folder, wrapped), []);
    const uses = (await operator.masterKeyUses()).filter(({ environment }) => environment === "scratch");
    assert.ok(uses.every(({ data_key: key }) => key !== id));
    const rows = await operator.auditRows("scratch", { action: "data_key.destroyed" });
    assert.equal(rows[0]?.entry.targets[0]?.id, id);
  });
});
