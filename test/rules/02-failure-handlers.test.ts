import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionContext, StepTools } from "../kit/function-spec.ts";
import { eventsAbout } from "../kit/internal-events.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

/** What a handler of failures is called with. */
interface FailureContext {
  readonly error: Error;
  readonly event: FunctionContext["event"];
  readonly runId: string;
  readonly step: StepTools;
}

const FAILED = "inngest/function.failed";
const FINISHED = "inngest/function.finished";

describe("2.8 handlers of failures", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("2.8 onFailure: runs once when the run has failed, as a function of its own with steps of its own", async () => {
    const ran: string[] = [];
    const seen: FailureContext[] = [];
    await using app = await stage.app([
      {
        id: "gives-up",
        options: {
          retries: 2,
          onFailure: async (context: FailureContext) => {
            await context.step.run("tell", () => void ran.push("told"));
            seen.push(context);
            return "handled";
          },
        },
        handler: ({ attempt }) => {
          ran.push(`attempt ${attempt}`);
          throw new RangeError("out of it");
        },
      },
    ]);
    const run = await stage.run("gives-up", { order: 7 });
    assert.equal(run.status, "Failed");
    const [failed] = await eventsAbout(stage.server, FAILED, run.run_id);
    assert.ok(failed !== undefined);
    const handled = await stage.end(failed.internal_id);
    assertCompleted(handled, "handled");
    assert.deepEqual(ran, ["attempt 0", "attempt 1", "attempt 2", "told"]);
    const [context] = seen;
    assert.deepEqual([context?.error.name, context?.error.message], ["RangeError", "out of it"]);
    assert.equal(context?.event.name, FAILED);
    assert.equal(context.event.data["function_id"], `${app.id}-gives-up`);
    assert.equal(context.event.data["run_id"], run.run_id);
    const original = context.event.data["event"] as FunctionContext["event"];
    assert.deepEqual([original.name, original.data], ["gives-up/go", { order: 7 }]);
    assert.notEqual(handled.function_id, run.function_id);
    const slugs = (await clientOf(stage.server).apps()).flatMap(({ functions }) => functions);
    assert.ok(slugs.some(({ slug }) => slug === `${app.id}-gives-up-failure`));
  });

  it("2.8 onFailure: hears of its own function only", async () => {
    const heard: string[] = [];
    const failing = (id: string) => ({
      id,
      options: { retries: 0, onFailure: () => void heard.push(id) },
      handler: () => {
        throw new Error("on purpose");
      },
    });
    await using _ = await stage.app([failing("one"), failing("other")]);
    const run = await stage.run("one");
    const [failed] = await eventsAbout(stage.server, FAILED, run.run_id);
    assert.ok(failed !== undefined);
    await stage.end(failed.internal_id);
    assert.equal((await runsOf(stage.server, failed.internal_id)).length, 1);
    assert.deepEqual(heard, ["one"]);
  });

  it("2.8 onFailure: hears nothing of a run that was cancelled or that completed after failed attempts", async () => {
    const heard: string[] = [];
    const options = { retries: 1, onFailure: () => void heard.push("failure") };
    await using _ = await stage.app([
      { id: "gets-cancelled", options, handler: ({ step }) => step.sleep("long", "1h") },
      {
        id: "recovers",
        options,
        handler: ({ attempt }) => {
          if (attempt === 0) throw new Error("once");
          return "well";
        },
      },
    ]);
    const [cancelled] = await runsOf(stage.server, await stage.send("gets-cancelled"));
    assert.ok(cancelled !== undefined);
    await clientOf(stage.server).cancel(cancelled.run_id);
    const recovered = await stage.run("recovers");
    assertCompleted(recovered, "well");
    for (const { run_id: id } of [cancelled, recovered])
      assert.deepEqual(await eventsAbout(stage.server, FAILED, id), []);
    assert.deepEqual(heard, []);
  });

  it("2.8 onFailure: one that fails itself is not handled again", async () => {
    await using _ = await stage.app([
      {
        id: "hopeless",
        options: {
          retries: 0,
          onFailure: () => {
            throw new Error("the handler as well");
          },
        },
        handler: () => {
          throw new Error("on purpose");
        },
      },
    ]);
    const run = await stage.run("hopeless");
    const [failed] = await eventsAbout(stage.server, FAILED, run.run_id);
    assert.ok(failed !== undefined);
    const [handler] = await runsOf(stage.server, failed.internal_id);
    assert.ok(handler !== undefined);
    const ended = await until("the handler gave up", async () => {
      const found = await endOf(stage.server, handler.run_id);
      return found.status === "Failed" && found;
    });
    for (const name of [FAILED, FINISHED])
      assert.deepEqual(await eventsAbout(stage.server, name, ended.run_id), []);
  });
});
