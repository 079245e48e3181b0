import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { Holdfast, HoldfastFunction } from "holdfast";
import { clientOf, endOf, runOf, runsOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { SealingApp } from "./sealing-app.ts";
import { startSealingApp } from "./sealing-app.ts";

/*
 * The whole house: Holdfast's SDK with sealing, a real server with a file, and somebody who changes that file while a run
 * sleeps. What the run does then is what counts.
 */

/** Stops the server, changes what it stores, and starts it again. */
async function tamper(server: TestServer, change: (db: DatabaseSync) => void): Promise<void> {
  await server.stop();
  const db = new DatabaseSync(join(server.dataDir, "holdfast.db"));
  try {
    change(db);
  } finally {
    db.close();
  }
  await server.start();
}

/** The step results that a run has stored, by name. */
function resultsOf(server: TestServer): ReadonlyMap<string, string> {
  const db = new DatabaseSync(join(server.dataDir, "holdfast.db"), { readOnly: true });
  try {
    const rows = db.prepare("SELECT name, data FROM journal WHERE kind = 1 ORDER BY num").all();
    return new Map(rows.map(({ name, data }) => [String(name), String(data)]));
  } finally {
    db.close();
  }
}

/** Starts the function, and waits until its two decisions are stored and it waits for its signal. */
async function decided(server: TestServer, app: SealingApp): Promise<Run> {
  const {
    ids: [id = ""],
  } = await app.client.send({ name: "order/placed", data: { card: "canary-card" } });
  // The server's ids are its own.
  const [run] = await runsOf(server, id as Run["event_id"] & string);
  assert.ok(run !== undefined);
  await until("both decisions are stored", () => resultsOf(server).size === 2);
  return run;
}

/** Lets the run go on, and waits for its end. */
async function goOn(server: TestServer, app: SealingApp, run: Run): Promise<Run> {
  await until("the run was woken", async () => {
    const sent = await app.client.sendSignal({ signal: "go", data: "canary-signal" }).catch(() => null);
    return sent !== null && sent.runId !== null;
  });
  return endOf(server, run.run_id, { facts: () => app.log.join("\n") });
}

describe("a store that somebody changes while a run sleeps", { timeout: 120_000 }, () => {
  for (const [title, change, code] of [
    ["nothing is changed", null, null],
    [
      "the results of two steps are exchanged",
      (db: DatabaseSync): void => {
        const [first, second] = db.prepare("SELECT num, data FROM journal WHERE kind = 1 ORDER BY num").all();
        const write = db.prepare("UPDATE journal SET data = ? WHERE num = ?");
        write.run(second?.["data"] ?? null, first?.["num"] ?? null);
        write.run(first?.["data"] ?? null, second?.["num"] ?? null);
      },
      "seal_misplaced",
    ],
    [
      "a result is replaced by one in clear",
      (db: DatabaseSync): void => {
        db.exec(`UPDATE journal SET data = 'true' WHERE kind = 1 AND name = 'is fraud'`);
      },
      "seal_missing",
    ],
    [
      "one character of a result is changed",
      (db: DatabaseSync): void => {
        const [row] = db.prepare("SELECT num, data FROM journal WHERE kind = 1").all();
        const data = String(row?.["data"]).replace(/[\w-]{8}"(?=\}+$)/, 'AAAAAAAA"');
        db.prepare("UPDATE journal SET data = ? WHERE num = ?").run(data, row?.["num"] ?? null);
      },
      "seal_broken",
    ],
  ] as const) {
    it(`${code === null ? "lets the run end" : `ends the run with ${code}`} when ${title}`, async () => {
      await using server = await startTestServer();
      const seen: unknown[] = [];
      await using app = await startSealingApp(server, (client) => [
        client.createFunction(
          { id: "order", triggers: { event: "order/placed" } },
          async ({ event, step }) => {
            const isPaid = await step.run("is paid", () => event.data["card"] === "canary-card");
            const isFraud = await step.run("is fraud", () => false);
            const signal = await step.waitForSignal("go on", { signal: "go", timeout: "1h" });
            seen.push([isPaid, isFraud, signal?.data]);
            return isPaid && !isFraud ? "shipped" : "kept";
          },
        ),
      ]);
      const run = await decided(server, app);
      if (change !== null) await tamper(server, change);
      const ended = await goOn(server, app, run);
      if (code === null) {
        assert.equal(ended.status, "Completed", JSON.stringify(ended));
        assert.deepEqual(seen.at(-1), [true, false, "canary-signal"]);
        return;
      }
      assert.equal(ended.status, "Failed");
      assert.deepEqual(seen, []);
      assert.ok(
        app.log.some((line) => line.includes(code)),
        app.log.join("\n"),
      );
      assert.doesNotMatch(JSON.stringify(ended), /canary|shipped|kept/);
    });
  }

  it("refuses a rerun that brings the original's results along, unless the app accepts them", async () => {
    await using server = await startTestServer();
    const make = (client: Holdfast): readonly HoldfastFunction[] => [
      client.createFunction(
        { id: "order", retries: 0, triggers: { event: "order/placed" } },
        async ({ step }) => {
          const first = await step.run("first", () => 1);
          const second = await step.run("second", () => 2);
          return first + second;
        },
      ),
    ];
    const secondStep = createHash("sha1").update("second").digest("hex");
    for (const acceptOriginalRuns of [false, true]) {
      await using app = await startSealingApp(server, make, { acceptOriginalRuns });
      const {
        ids: [id = ""],
      } = await app.client.send({ name: "order/placed", data: {} });
      // The server's ids are its own.
      const run = await runOf(server, id as Run["event_id"] & string, { facts: () => app.log.join("\n") });
      assert.equal(run.status, "Completed");
      const { runId } = await clientOf(server).rerun(run.run_id, { stepId: secondStep });
      const rerun = await endOf(server, runId, { facts: () => app.log.join("\n") });
      assert.equal(rerun.status, acceptOriginalRuns ? "Completed" : "Failed", app.log.join("\n"));
      assert.equal(
        app.log.some((line) => line.includes("seal_misplaced") && line.includes("acceptOriginalRuns")),
        !acceptOriginalRuns,
      );
    }
  });

  it("stores nothing of what a run was given, made and threw", async () => {
    await using server = await startTestServer();
    await using app = await startSealingApp(
      server,
      (client) => [
        client.createFunction(
          { id: "order", retries: 0, triggers: { event: "order/placed" } },
          async ({ event, step }) => {
            await step.run("use", (card: unknown) => `canary-result ${String(card)}`, event.data["card"]);
            await step.sendEvent("tell", { name: "order/told", data: { text: "canary-told" } });
            throw new Error("canary-message");
          },
        ),
      ],
      { clear: ["userId"] },
    );
    const {
      ids: [id = ""],
    } = await app.client.send({ name: "order/placed", data: { userId: "u1", card: "canary-card" } });
    // The server's ids are its own.
    const run = await runOf(server, id as Run["event_id"] & string, { facts: () => app.log.join("\n") });
    assert.equal(run.status, "Failed");
    await server.stop();
    const db = new DatabaseSync(join(server.dataDir, "holdfast.db"), { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const stored = tables
      .map(({ name }) =>
        JSON.stringify(db.prepare(`SELECT * FROM "${String(name)}"`).all(), (_, value: unknown) =>
          value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
        ),
      )
      .join("\n");
    db.close();
    assert.match(stored, /u1/);
    assert.doesNotMatch(stored, /canary/);
  });
});
