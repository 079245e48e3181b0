import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { createClient } from "@holdfast/client";
import type { Client } from "@holdfast/client";
import { readLogs } from "@holdfast/protocol";
import type { Spawned } from "../../packages/cli/src/testing/spawned.ts";
import { runHoldfast, spawnHoldfast, temporaryFolder } from "../../packages/cli/src/testing/spawned.ts";
import { receiveSyslog } from "../kit/sink-receivers.ts";
import { until } from "../kit/until.ts";

const KILLS = 4;

it(
  "a server killed between sending and noting, again and again, sends every acknowledged act, in order",
  { timeout: 120_000 },
  async (t) => {
    const cwd = temporaryFolder(t);
    const path = join(cwd, "received.jsonl");
    let running: Spawned | null = null;
    let isLethal = false;
    await using receiver = await receiveSyslog(undefined, () => {
      if (isLethal) running?.kill("SIGKILL");
    });
    t.after(() => running?.kill("SIGKILL"));

    const begin = async (): Promise<Client> => {
      running = spawnHoldfast(["start", "-p", "0"], { cwd });
      const [line] = await running.prints(/\{[^\n]*"holdfast started"[^\n]*\}/);
      const { url } = JSON.parse(line) as { url: string };
      const operatorToken = readFileSync(join(cwd, "holdfast-data/keys/operator-token"), "utf8").trim();
      return createClient({ url, operatorToken });
    };

    let operator = await begin();
    const acknowledged: string[] = [];
    const target = `tcp://127.0.0.1:${receiver.port}`;
    await operator.createAuditSink({ name: "syslog", kind: "syslog", target });
    await operator.createAuditSink({ name: "file", kind: "file", target: path });
    for (let round = 0; round < KILLS; round++) {
      const from = acknowledged.length;
      // Acts go on until the server is gone in the middle of one.
      for (let isUp = true; isUp;)
        try {
          const { id } = await operator.createEventKey("production", { name: `key ${acknowledged.length}` });
          acknowledged.push(id);
          isLethal = acknowledged.length >= from + 20;
        } catch {
          isUp = false;
        }
      assert.equal((await until("it is dead", () => running?.ended)).signal, "SIGKILL");
      isLethal = false;
      operator = await begin();
    }
    await until("both have everything", async () =>
      (await operator.auditSinks()).every(({ behind, state }) => behind === 0 && state === "delivering"),
    );
    assert.ok(acknowledged.length >= 20 * KILLS);
    const received = [receiver.lines.join("\n"), readFileSync(path, "utf8")];
    for (const text of received) {
      for (const { entries, log } of readLogs(text))
        assert.deepEqual(
          entries.map(({ seq }) => seq),
          entries.map((_entry, index) => index + 1),
          log,
        );
      const production = readLogs(text).find(({ log }) => log === "production");
      const texts = production?.entries.map(({ entry }) => entry).join("\n") ?? "";
      for (const id of acknowledged)
        assert.ok(texts.includes(id), `key ${id} was acknowledged and is missing`);
    }
    const lines = receiver.lines.filter((line) => line.includes('"seq"'));
    assert.ok(new Set(lines).size < lines.length, "what was sent and not noted came twice");
    const verified = await runHoldfast(["audit", "verify", path], { cwd });
    assert.equal(verified.code, 0, verified.stdout);
  },
);
