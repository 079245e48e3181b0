import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { RunId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { assertNoSecrets } from "../kit/assert-no-secrets.ts";
import type { SdkVersion } from "../kit/function-spec.ts";
import { operatorOf } from "../kit/operator.ts";
import { clientOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { AppPlace } from "./app-process.ts";

const MAIN = fileURLToPath(new URL("app-process.ts", import.meta.url));
/** Six processes start one after another beside two hundred runs: on a busy machine that takes a minute or two. */
const PATIENCE = { timeoutMs: 120_000 };

interface AppProcess extends AsyncDisposable {
  readonly id: string;
}

async function startApp(place: AppPlace): Promise<AppProcess> {
  const child: ChildProcess = fork(MAIN, {
    execArgv: ["-C", "@holdfast/source"],
    env: { ...process.env, APP_PLACE: JSON.stringify(place) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]: unknown[]) =>
      Promise.reject(new Error(`${place.id} ended with ${String(code)}`)),
    ),
  ]);
  return {
    id: place.id,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.send("end");
      await once(child, "exit");
    },
  };
}

/** Keeps runs under way in every app, until it is stopped; then says what became of each. */
function keepBusy(server: TestServer, apps: readonly string[], inFlight: number) {
  const client = clientOf(server);
  const stopping = new AbortController();
  const ended = new Set<RunId>();
  const failedAttempts: string[] = [];
  let sent = 0;
  let isFull = false;
  const following = (async () => {
    try {
      for await (const update of client.follow({}, stopping.signal)) {
        if (update.kind !== "journal") continue;
        if (update.entry.kind === "attempt.failed") failedAttempts.push(JSON.stringify(update.entry));
        if (update.entry.kind === "run.ended") ended.add(update.runId);
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  })();
  let isSending = true;
  const sending = (async () => {
    while (isSending) {
      const missing = inFlight - (sent - ended.size);
      if (missing <= 0) isFull = true;
      const events = Array.from({ length: Math.min(50, Math.max(0, missing)) }, (_, index) => ({
        name: `${apps[(sent + index) % apps.length] ?? ""}/work`,
        data: { n: sent + index },
      }));
      // No more than that: a slow machine that is sent more than it ends has a backlog that no patience outlasts.
      if (events.length > 0) sent += (await client.send(events)).ids.length;
      // The next turn of whatever else there is to do.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  // A test that fails before it stops this is to say why, and not that its server has gone. `stop` hears of it all the same.
  for (const each of [following, sending]) each.catch(() => undefined);
  return {
    isFull: () => isFull,
    /** How many runs have not ended now. */
    underWay: () => sent - ended.size,
    async stop() {
      isSending = false;
      await sending;
      await until("every run has ended", () => ended.size >= sent, PATIENCE);
      stopping.abort();
      await following;
      return { sent, ended: ended.size, failedAttempts };
    },
  };
}

const SDKS: readonly (readonly [id: string, sdk: SdkVersion])[] = [
  ["billing", "v4"],
  ["shipping", "v3"],
  ["orders", "own"],
];

describe("a rotation of signing keys", () => {
  it("goes from start to revoke under load with no failed call, no failed registration and no lost run", async () => {
    await using server = await startTestServer({ keyQuietMs: 1500 });
    const operator = operatorOf(server);
    const oldKey = server.signingKey ?? "";
    const place = { url: server.url, signingKey: oldKey, eventKey: server.eventKey };
    const apps = new Map<string, AppProcess>();
    for (const [id, sdk] of SDKS)
      apps.set(id, await startApp({ server: place, sdk, id, signingKey: oldKey }));
    const load = keepBusy(server, [...apps.keys()], 200);
    await until("200 runs are under way", () => load.isFull(), PATIENCE);

    const underWay = [load.underWay()];
    const { id: newId, secret: newKey = "" } = await operator.beginRotation("production");
    const oldId =
      (await operator.rotation("production")).keys.find(({ state }) => state === "active")?.id ?? "";
    await assert.rejects(
      operator.promoteKey("production"),
      (error) => isHoldfastError(error, "conflict") && /billing/.test(error.message),
      "no app has shown it",
    );
    // Each is replaced by a process with both keys; what the old one has begun it ends.
    for (const [id, sdk] of SDKS) {
      const replaced = apps.get(id);
      const keys = { signingKey: newKey, signingKeyFallback: oldKey };
      apps.set(id, await startApp({ server: { ...place, signingKey: newKey }, sdk, id, ...keys }));
      underWay.push(load.underWay());
      await replaced?.[Symbol.asyncDispose]();
    }
    // An app that is busy with two hundred runs may be late with its answer: whoever asks asks again.
    const probed = await until(
      "every app says which key it has",
      async () => {
        const answers = await operator.probeKeys("production");
        return answers.every(({ error }) => error === null) && answers;
      },
      PATIENCE,
    );
    for (const { app, key_id: keyId } of probed) assert.equal(keyId, newId, app);
    underWay.push(load.underWay());
    const promoted = await operator.promoteKey("production");
    assert.equal(promoted.keys.find(({ id }) => id === newId)?.state, "active");
    assert.deepEqual(promoted.waiting_for, []);
    await until(
      "the old key is revoked, once nothing used it for the quiet time",
      async () => {
        try {
          await operator.revokeSigningKey("production", oldId);
          underWay.push(load.underWay());
          return true;
        } catch (error) {
          if (isHoldfastError(error, "conflict")) return false;
          throw error;
        }
      },
      PATIENCE,
    );
    const { ended, failedAttempts, sent } = await load.stop();
    for (const app of apps.values()) await app[Symbol.asyncDispose]();
    assert.deepEqual(failedAttempts, []);
    assert.equal(ended, sent);
    assert.ok(sent > 400, `only ${sent} runs`);
    assert.ok(
      underWay.every((count) => count > 0),
      `so many runs were under way at each act: ${underWay.join(", ")}`,
    );
    const refusals = server.log.lines.filter((line) =>
      /refused|could not be synced|sig_verification/.test(line),
    );
    assert.deepEqual(refusals, []);
    assertNoSecrets(server.log.lines, [oldKey, newKey, server.eventKey]);
    const rows = await operator.auditRows("production", { limit: "200" });
    const acts = new Set(rows.map(({ entry }) => entry.action));
    for (const act of ["signing_key.created", "signing_key.activated", "signing_key.revoked"] as const)
      assert.ok(acts.has(act), act);
  });

  it("is not ended while an app has the old key alone: the app is called with it, and the revoke is refused and says why", async () => {
    await using server = await startTestServer({ keyQuietMs: 500 });
    const operator = operatorOf(server);
    const oldKey = server.signingKey ?? "";
    const place = { url: server.url, signingKey: oldKey, eventKey: server.eventKey };
    await using before = await startApp({ server: place, sdk: "v4", id: "moves", signingKey: oldKey });
    await using stays = await startApp({ server: place, sdk: "v3", id: "stays", signingKey: oldKey });
    const { id: newId, secret: newKey = "" } = await operator.beginRotation("production");
    const oldId =
      (await operator.rotation("production")).keys.find(({ state }) => state === "active")?.id ?? "";
    const moved = { server: { ...place, signingKey: newKey }, id: "moves", sdk: "v4" } as const;
    await using after = await startApp({ ...moved, signingKey: newKey, signingKeyFallback: oldKey });
    await operator.probeKeys("production");
    assert.deepEqual([before.id, stays.id, after.id], ["moves", "stays", "moves"]);
    await assert.rejects(
      operator.promoteKey("production"),
      (error) =>
        isHoldfastError(error, "conflict") && /"stays"/.test(error.message) && !/"moves"/.test(error.message),
    );
    await operator.promoteKey("production", "the test wants to see it");
    const client = clientOf(server);
    const { ids } = await client.send([{ name: "stays/work" }, { name: "moves/work" }]);
    for (const id of ids) {
      const [run] = await until("the event has a run", async () => {
        const runs = await client.eventRuns(id);
        return runs.length > 0 && runs;
      });
      const done = await until("its run has ended", async () => {
        const now = await client.run(run?.run_id as RunId);
        return now.ended_at !== null && now;
      });
      assert.equal(done.status, "Completed");
    }
    await assert.rejects(
      operator.revokeSigningKey("production", oldId),
      (error) =>
        isHoldfastError(error, "conflict") && /"stays"/.test(error.message) && error.message.includes(newId),
    );
    const [refusal] = await operator.auditRows("production", { action: "signing_key.revoke_refused" });
    assert.match(refusal?.entry.reason ?? "", /"stays"/);
    // In an emergency it goes all the same, with a reason, and says whom it cuts off.
    await operator.revokeSigningKey("production", oldId, "it leaked");
    const [forced] = await operator.auditRows("production", { action: "signing_key.revoked" });
    assert.equal(forced?.entry.reason, "it leaked");
    assert.ok(JSON.stringify(forced).includes("stays"));
  });
});
