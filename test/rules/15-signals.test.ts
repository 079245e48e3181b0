import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { createGate } from "../kit/gate.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { bearerOf } from "../kit/test-keys.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";
import { waiting } from "./waiting.ts";

function waits(id: string, onConflict: "fail" | "replace", timeout = "1h"): FunctionSpec {
  return {
    id,
    handler: ({ event, step }) =>
      step.waitForSignal("w", { signal: String(event.data["signal"]), timeout, onConflict }),
  };
}

describe("15.3 signals", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.3 wake: POST /v1/signals resumes the run that waits, and answers with its id", async () => {
    await using _ = await stage.app([waits("wakes", "fail")]);
    const event = await stage.send("wakes", { signal: "s-wakes" });
    const { run_id: id } = await waiting(stage, event);
    const answer = await fetch(`${stage.server.url}/v1/signals`, {
      method: "POST",
      headers: { authorization: bearerOf(stage.server.signingKey ?? "") },
      body: JSON.stringify({ signal: "s-wakes", data: { ok: true } }),
    });
    assert.equal(answer.status, 200);
    const { data } = (await answer.json()) as { data: unknown };
    assert.deepEqual(data, { run_id: id });
    assertCompleted(await stage.end(event), { signal: "s-wakes", data: { ok: true } });
  });

  it("15.3 wake: the memo is {data: {signal, data}}, and null after the timeout", async () => {
    await using app = await stage.rawApp([
      {
        id: "raw-signal",
        answer: ({ body }) =>
          Object.keys(body.steps).length === 2
            ? sdkAnswer(200, "over")
            : opsAnswer([
                opOf("WaitForSignal", "come", {
                  opts: { signal: "s-raw", timeout: "1h", conflict: "fail" },
                }),
                opOf("WaitForSignal", "never", {
                  opts: { signal: "s-raw-never", timeout: "1s", conflict: "fail" },
                }),
              ]),
      },
    ]);
    const event = await stage.send("raw-signal");
    await waiting(stage, event, 2);
    await clientOf(stage.server).signal("s-raw", [1, 2]);
    await stage.end(event);
    assert.deepEqual(app.calls("raw-signal").at(-1)?.body.steps, {
      [stepIdOf("come")]: { data: { signal: "s-raw", data: [1, 2] } },
      [stepIdOf("never")]: null,
    });
  });

  it("15.3 wake: a signal that nobody waits for is 404, also one that has woken its run already", async () => {
    await using _ = await stage.app([waits("once-only", "fail")]);
    const client = clientOf(stage.server);
    const isNotFound = (error: unknown): boolean => isHoldfastError(error, "not_found");
    await assert.rejects(client.signal("s-nobody"), isNotFound);
    const event = await stage.send("once-only", { signal: "s-once" });
    await waiting(stage, event);
    await client.signal("s-once", 1);
    await assert.rejects(client.signal("s-once", 2), isNotFound);
    assertCompleted(await stage.end(event), { signal: "s-once", data: 1 });
  });

  it("15.3 timeout: the wait ends with null, and the name is free", async () => {
    await using _ = await stage.app([waits("short", "fail", "1s")]);
    assertCompleted(await stage.run("short", { signal: "s-short" }), null);
    await assert.rejects(clientOf(stage.server).signal("s-short"), (error) =>
      isHoldfastError(error, "not_found"),
    );
    const again = await stage.send("short", { signal: "s-short" });
    await waiting(stage, again);
    await clientOf(stage.server).signal("s-short", "second");
    assertCompleted(await stage.end(again), { signal: "s-short", data: "second" });
  });

  it('15.3 conflict: with "fail" a run that wants a name another waits for fails fast, and the other waits on', async () => {
    await using app = await stage.app([waits("refused", "fail")]);
    const first = await stage.send("refused", { signal: "s-refused" });
    await waiting(stage, first);
    const second = await stage.run("refused", { signal: "s-refused" });
    assertFailed(second, errorName, /^Signal conflict; signal wait already exists for another run$/);
    assert.equal(app.calls("refused").length, 2);
    await clientOf(stage.server).signal("s-refused", 1);
    assertCompleted(await stage.end(first), { signal: "s-refused", data: 1 });
  });

  it('15.3 conflict: with "replace" the older wait is taken over, and ends by its timeout', async () => {
    await using _ = await stage.app([waits("old", "fail", "3s"), waits("new", "replace")]);
    const old = await stage.send("old", { signal: "s-over" });
    await waiting(stage, old);
    const fresh = await stage.send("new", { signal: "s-over" });
    const { run_id: id } = await waiting(stage, fresh);
    assert.deepEqual(await clientOf(stage.server).signal("s-over", "new"), { run_id: id });
    assertCompleted(await stage.end(fresh), { signal: "s-over", data: "new" });
    assertCompleted(await stage.end(old), null);
  });

  it("15.3 conflict: two runs of one name in the same moment: one waits, the other fails", async () => {
    await using _ = await stage.app([waits("both", "fail")]);
    const { ids } = await clientOf(stage.server).send(
      [1, 2].map(() => ({ name: "both/go", data: { signal: "s-both" } })),
    );
    const runs = (await Promise.all(ids.map((event) => runsOf(stage.server, event)))).flat();
    const ended = await Promise.race(runs.map((run) => endOf(stage.server, run.run_id)));
    assert.equal(ended.status, "Failed");
    const { run_id: woken } = await clientOf(stage.server).signal("s-both", 1);
    assert.deepEqual(
      runs.map((run) => run.run_id).filter((id) => id !== ended.run_id),
      [woken],
    );
  });

  it("15.3 conflict: the name is free once the run that waited has ended", async () => {
    await using _ = await stage.app([waits("leaves", "fail")]);
    const { run_id: id } = await waiting(stage, await stage.send("leaves", { signal: "s-leaves" }));
    await clientOf(stage.server).cancel(id);
    await assert.rejects(clientOf(stage.server).signal("s-leaves"), (error) =>
      isHoldfastError(error, "not_found"),
    );
    const next = await stage.send("leaves", { signal: "s-leaves" });
    await waiting(stage, next);
    await clientOf(stage.server).signal("s-leaves", "next");
    assertCompleted(await stage.end(next), { signal: "s-leaves", data: "next" });
  });

  it("15.3 sendSignal: is a step of the app that posts the signal once", async () => {
    const gate = createGate();
    await using app = await stage.app([
      waits("hears", "fail"),
      {
        id: "tells",
        handler: async ({ step }) => {
          await step.sendSignal("tell", { signal: "s-tells", data: { n: 1 } });
          await step.run("after", () => gate.opened);
          return "told";
        },
      },
    ]);
    const heard = await stage.send("hears", { signal: "s-tells" });
    await waiting(stage, heard);
    const told = await stage.send("tells");
    assertCompleted(await stage.end(heard), { signal: "s-tells", data: { n: 1 } });
    gate.open();
    assertCompleted(await stage.end(told), "told");
    assert.equal(app.outgoing.filter(({ path }) => path === "/v1/signals").length, 1);
  });
});

const errorName = "InngestErrSignalConflict";
