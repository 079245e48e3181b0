import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf } from "../kit/run-of.ts";
import { freePort, SERVE_PATH, startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { assertCompleted } from "./assert-run.ts";
import type { Cell } from "./cells.ts";
import { CELLS, SDK_CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

const PLAIN: FunctionSpec = { id: "plain", handler: () => "plain" };

/** What registrations say of the SDK they come from. */
const SDK_NAMES: Readonly<Record<Cell["sdk"], string>> = {
  v4: "js:v4.24.0",
  v3: "js:v3.54.2",
  own: "holdfast-js:v0.1.0",
};

/** Options that break a rule: the registration is refused whole, and says which function and which option. */
const REFUSED: readonly {
  what: string;
  spec: FunctionSpec;
  named: RegExp;
  /** Whether our own SDK finds the fault by itself, as soon as the function is made. */
  isFoundByOwn?: boolean;
}[] = [
  {
    what: "a concurrency rule of the environment without a key",
    spec: { ...PLAIN, options: { concurrency: { limit: 1, scope: "env" } } },
    named: /concurrency\.key/,
    isFoundByOwn: true,
  },
  {
    what: "a cron trigger that cannot be read",
    spec: { ...PLAIN, triggers: [{ cron: "61 * * * *" }] },
    named: /triggers\[0\]\.cron/,
  },
  {
    what: "an expression that cannot be read",
    spec: { ...PLAIN, options: { throttle: { limit: 1, period: "5s", key: "event.data.user ==" } } },
    named: /throttle\.key: .*1:19/,
  },
];

for (const cell of CELLS) {
  describe(`registration: ${cell.name}`, { concurrency: true, timeout: 60_000 }, () => {
    it("an app registers itself when it is asked to, and nothing changes the second time", async () => {
      await using server = await startTestServer();
      await using app = await startTestApp({ server, ...cell, functions: [PLAIN], register: "none" });
      const first = await app.put();
      assert.equal(first.status, 200, first.message);
      assert.equal(first.modified, true);
      assert.match(first.message, /registered/i);
      const again = await app.put();
      assert.deepEqual([again.status, again.modified], [200, false]);
      assertCompleted(await createScene(cell, server, app).run("plain"), "plain");
    });

    it("the server's PUT brings the registration home in its answer, and again changes nothing", async () => {
      await using server = await startTestServer();
      await using app = await startTestApp({ server, ...cell, functions: [PLAIN], register: "none" });
      const client = clientOf(server);
      assert.deepEqual(await client.syncApp(app.url), { appName: "app", modified: true });
      assert.deepEqual(await client.syncApp(app.url), { appName: "app", modified: false });
      assert.deepEqual(app.outgoing, []);
      // Either way of registering says the same, so the other one is no change.
      assert.equal((await app.put()).modified, false);
      const [known] = await client.apps();
      assert.equal(known?.sdk, SDK_NAMES[cell.sdk]);
      assert.equal(known?.framework, cell.adapter === "node" ? "nodejs" : "express");
      assert.equal(known?.error, null);
    });

    it("an app named in the server's settings is registered, also when it starts later than the server", async () => {
      const port = await freePort();
      await using server = await startTestServer({ sdkUrls: [`http://127.0.0.1:${port}${SERVE_PATH}`] });
      await using app = await startTestApp({ server, ...cell, functions: [PLAIN], port, register: "none" });
      await app.registered();
      assertCompleted(await createScene(cell, server, app).run("plain"), "plain");
    });

    it("functions that vanish from the registration start no more runs", async () => {
      await using server = await startTestServer();
      const triggers = [{ event: "either/go" }];
      const old = await startTestApp({
        server,
        ...cell,
        functions: [PLAIN, { id: "leaving", triggers, handler: () => "leaving" }],
      });
      await old.close();
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [PLAIN, { id: "coming", triggers, handler: () => "coming" }],
      });
      const { ids } = await app.send({ name: "either/go", data: {} });
      const [event] = ids;
      assert.ok(event);
      assertCompleted(await createScene(cell, server, app).endOfEvent(event), "coming");
      assert.equal((await clientOf(server).eventRuns(event)).length, 1);
    });
  });
}

for (const cell of SDK_CELLS) {
  describe(`registration of faulty options: ${cell.name}`, { concurrency: true, timeout: 60_000 }, () => {
    for (const { what, spec, named, isFoundByOwn } of REFUSED) {
      it(`${what} is refused with a sentence that names it, and nothing is registered`, async () => {
        await using server = await startTestServer();
        const other: FunctionSpec = { id: "other", handler: () => null };
        const started = startTestApp({ server, ...cell, functions: [other, spec], register: "none" });
        if (cell.sdk === "own" && isFoundByOwn === true) {
          await assert.rejects(started, (error) => {
            assert.ok(isHoldfastError(error, "function_invalid"), String(error));
            assert.match(error.message, named);
            return true;
          });
          return;
        }
        await using app = await started;
        const answer = await app.put();
        assert.equal(answer.status, 400);
        assert.match(answer.message, named);
        assert.match(answer.message, /plain/);
        assert.match(answer.message, /\.$/);
        const refusal = await clientOf(server)
          .syncApp(app.url)
          .then(
            () => null,
            (error: unknown) => error,
          );
        assert.ok(isHoldfastError(refusal), String(refusal));
        assert.match(refusal.message, named);
        assert.deepEqual(await clientOf(server).apps(), []);
      });
    }
  });
}

describe("POST /fn/register", { concurrency: true, timeout: 60_000 }, () => {
  it("refuses faulty options with the code of the first fault, and names all of them", async () => {
    await using server = await startTestServer();
    const batchEvents = { maxSize: 10, timeout: "1s" };
    for (const [code, members] of [
      ["concurrency_limit_invalid", { concurrency: [{ limit: -1 }] }],
      ["config_invalid", { concurrency: [{ limit: 1 }, { limit: 2 }, { limit: 3 }] }],
      ["schedule_invalid", { triggers: [{ cron: "@daily" }] }],
      ["config_invalid", { triggers: [{ event: "a/b", expression: "event.data." }] }],
      ["config_invalid", { throttle: { limit: 1 } }],
      ["config_invalid", { rateLimit: { limit: 1, period: "25h" } }],
      ["config_invalid", { debounce: { period: "8d" } }],
      ["batch_size_invalid", { batchEvents: { ...batchEvents, maxSize: 1 } }],
      ["batch_timeout_invalid", { batchEvents: { ...batchEvents, timeout: "1ms" } }],
      ["combo_unsupported", { batchEvents, singleton: { mode: "skip" } }],
      ["config_invalid", { priority: { run: 1 } }],
      ["config_invalid", { idempotency: "(" }],
      ["event_name_invalid", { cancel: [{ event: "", if: "true" }] }],
      ["config_invalid", { timeouts: { start: 60 } }],
      ["config_invalid", { singleton: { mode: "queue" } }],
    ] as const) {
      const registration = registrationOf("app", "http://127.0.0.1:9/api/inngest", ["some"], members);
      const { status, body } = await postRegistration(server, registration);
      const options = Object.keys(members);
      assert.deepEqual([options, status, body["status"], body["code"]], [options, 400, 400, code]);
      const error = String(body["error"]);
      for (const option of options) assert.ok(error.includes(option), error);
    }
    assert.deepEqual(await clientOf(server).apps(), []);
  });

  it("refuses an app that expects a server of another kind", async () => {
    await using server = await startTestServer();
    await using app = await startTestApp({
      server,
      sdk: "v4",
      adapter: "node",
      functions: [PLAIN],
      register: "none",
    });
    const answer = await fetch(app.url, { method: "PUT", headers: { "x-inngest-server-kind": "dev" } });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /[Ee]xpected server kind/);
    assert.deepEqual(await clientOf(server).apps(), []);
  });
});
