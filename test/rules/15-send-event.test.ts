import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId } from "@holdfast/protocol";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { assertCompleted } from "../compat/assert-run.ts";

interface Sending {
  readonly seed: string;
  readonly ids: readonly EventId[];
}

/** Requests that reach the server, whose answers are lost on the way back: so many of those that send events. */
function losingAnswers(count: number): { readonly fetch: typeof fetch; readonly sent: Sending[] } {
  const sent: Sending[] = [];
  return {
    sent,
    async fetch(input, init) {
      const answer = await fetch(input, init);
      const url = new URL(input instanceof Request ? input.url : input);
      if (!url.pathname.startsWith("/e/")) return answer;
      const seed = new Headers(init?.headers).get("x-inngest-event-id-seed") ?? "";
      const { ids } = (await answer.clone().json()) as { ids: readonly EventId[] };
      sent.push({ seed, ids });
      return sent.length <= count ? new Response("lost", { status: 502 }) : answer;
    },
  };
}

describe("15.4 sendEvent", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.4 memo: the step gives the ids of what it sent, in order, and sends once however often it is replayed", async () => {
    await using app = await stage.app([
      {
        id: "sends",
        options: { checkpointing: false },
        handler: async ({ step }) => {
          const { ids } = await step.sendEvent("send", [
            { name: "sends/a", data: { n: 1 } },
            { name: "sends/b", data: { n: 2 } },
          ]);
          await step.run("after", () => "replayed");
          return ids;
        },
      },
    ]);
    const run = await stage.run("sends");
    const ids = run.output as readonly EventId[];
    const events = await Promise.all(ids.map((id) => clientOf(stage.server).event(id)));
    assert.deepEqual(
      events.map(({ name, data }) => [name, data]),
      [
        ["sends/a", { n: 1 }],
        ["sends/b", { n: 2 }],
      ],
    );
    assert.equal(app.calls("sends").length, 3);
    assert.equal(app.outgoing.filter(({ path }) => path.startsWith("/e/")).length, 1);
  });

  it("15.4 ids: stay the same when a send is repeated after a lost answer, and start no second run", async () => {
    const way = losingAnswers(2);
    await using _ = await stage.app(
      [
        { id: "repeats", handler: ({ step }) => step.sendEvent("send", { name: "heard-once/go" }) },
        { id: "heard-once", handler: ({ event }) => event.id },
      ],
      { clientOptions: { fetch: way.fetch } },
    );
    const run = await stage.run("repeats");
    assert.equal(way.sent.length, 3);
    const [first] = way.sent;
    assert.ok(first !== undefined && first.seed !== "");
    for (const sending of way.sent) assert.deepEqual(sending, first);
    assertCompleted(run, { ids: first.ids });
    const [id] = first.ids;
    assert.ok(id !== undefined);
    assertCompleted(await stage.end(id), id);
    assert.equal((await runsOf(stage.server, id)).length, 1);
  });

  it("15.4 ids: a step that runs again sends new events, and an event's own id keeps them from starting a second run", async () => {
    // The SDK sends five times before it lets the step fail.
    const way = losingAnswers(5);
    await using _ = await stage.app(
      [
        {
          id: "runs-again",
          handler: ({ step }) =>
            step.sendEvent("send", [{ name: "heard-twice/go" }, { name: "heard-by-id/go", id: "mine" }]),
        },
        { id: "heard-twice", handler: () => "heard" },
        { id: "heard-by-id", handler: () => "heard" },
      ],
      { clientOptions: { fetch: way.fetch } },
    );
    const run = await stage.run("runs-again");
    assert.equal(way.sent.length, 6);
    const [first, last] = [way.sent[0], way.sent[5]];
    assert.ok(first !== undefined && last !== undefined);
    assert.notEqual(first.seed, last.seed);
    assertCompleted(run, { ids: last.ids });
    assert.equal(new Set([...first.ids, ...last.ids]).size, 4);
    const runsOfEach = async ([plain, own]: readonly EventId[]) =>
      Promise.all(
        [plain, own].map(async (id) => (await clientOf(stage.server).eventRuns(id as EventId)).length),
      );
    assert.deepEqual(await runsOfEach(first.ids), [1, 1]);
    assert.deepEqual(await runsOfEach(last.ids), [1, 0]);
  });
});
