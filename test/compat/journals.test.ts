import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { SdkVersion } from "../kit/function-spec.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { sdkOf, startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { JournalReader, PlainRun } from "./journal.ts";
import { plainRun, readJournals } from "./journal.ts";
import type { JournalStory } from "./journal-stories.ts";
import { JOURNAL_STORIES } from "./journal-stories.ts";
import { createScene } from "./story.ts";

const APP = "journals";

/** Where the two journals are not the same, and why that is no harm. */
interface Difference {
  readonly reason: string;
  readonly stories: readonly string[];
  /** In one mode of checkpoints; in all when absent. */
  readonly mode?: string;
  /** Takes what differs out of either side's. */
  readonly without: (run: PlainRun) => PlainRun;
}

const TEN_STEPS = "with a checkpoint for ten steps";

/** All there are. */
const DIFFERENCES: readonly Difference[] = [
  {
    reason: "theirs marks causes as its own errors; neither SDK needs the mark to read a cause",
    stories: ["caught", "no-retry-step"],
    without: (run) => withoutMember(run, "__serialized"),
  },
  {
    reason:
      "theirs gives what is no error the stack of the SDK's own code, which would mislead; ours gives none",
    stories: ["odd-throws"],
    without: (run) => withoutMember(run, "stack"),
  },
  {
    reason:
      "theirs says nothing of a deferred run that was called off before the first report; ours says both, and nothing starts",
    stories: ["defers"],
    mode: TEN_STEPS,
    without: (run) => ({ ...run, journal: run.journal.filter(({ name }) => name !== "never") }),
  },
];

/** A server of its own, an app of one SDK on it, and everything that is written into journals there. */
interface Side extends AsyncDisposable {
  readonly server: TestServer;
  readonly app: TestApp;
  readonly reader: JournalReader;
}

async function startSide(sdk: SdkVersion, checkpointing: unknown): Promise<Side> {
  const server = await startTestServer();
  const reader = await readJournals(server);
  const app = await startTestApp({
    server,
    sdk,
    adapter: "node",
    id: APP,
    functions: JOURNAL_STORIES.flatMap((story) => story.write(sdkOf(sdk))),
    clientOptions: { checkpointing },
  });
  return {
    server,
    app,
    reader,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Tells a story on one side: the run that is started, and the one that it causes, if it does. */
async function told(side: Side, story: JournalStory): Promise<readonly PlainRun[]> {
  const { app, reader, server } = side;
  const scene = createScene({ name: "", sdk: "own", adapter: "node" }, server, app);
  const [begun] = await runsOf(server, await scene.send(story.id, story.data));
  assert.ok(begun);
  if (story.act !== undefined) await act(server, begun, story.act);
  const ended = await scene.end(begun);
  const runs: Run[] = [ended];
  if (story.causes !== undefined) {
    runs.push(await endOf(server, await reader.firstRun(`${APP}-${story.causes}`)));
  }
  return Promise.all(runs.map(async (run) => plainRun(run, await reader.journalOf(run), story.order)));
}

async function act(server: TestServer, run: Run, what: NonNullable<JournalStory["act"]>): Promise<void> {
  const client = clientOf(server);
  await until(`run ${run.run_id} waits`, async () => {
    const { children = [] } = await client.trace(run.run_id);
    return children.some(({ wait }) => wait?.outcome === "open");
  });
  switch (what.kind) {
    case "event":
      await client.send({ name: what.name, data: what.data });
      return;
    case "signal":
      await client.signal(what.name, what.data);
      return;
  }
}

for (const [name, checkpointing] of [
  ["without checkpoints", false],
  ["with a checkpoint for each step", { bufferedSteps: 1 }],
  [TEN_STEPS, { bufferedSteps: 10 }],
] as const) {
  describe(
    `our SDK and the official one write the same journal, ${name}`,
    { concurrency: 4, timeout: 60_000 },
    () => {
      let own: Side;
      let official: Side;
      before(async () => {
        own = await startSide("own", checkpointing);
        official = await startSide("v4", checkpointing);
      });
      after(async () => {
        await own[Symbol.asyncDispose]();
        await official[Symbol.asyncDispose]();
      });

      for (const story of JOURNAL_STORIES) {
        it(`32.M3 the same journal of ${story.title}`, async () => {
          const [ours, theirs] = await Promise.all([told(own, story), told(official, story)]);
          const known = DIFFERENCES.filter(
            ({ mode = name, stories }) => mode === name && stories.includes(story.id),
          );
          for (const { reason } of known) assert.notDeepEqual(ours, theirs, `there no longer: ${reason}`);
          const same = (runs: readonly PlainRun[]): readonly PlainRun[] =>
            known.reduce((left, { without }) => left.map(without), runs);
          assert.deepEqual(same(ours), same(theirs));
        });
      }
    },
  );
}

function withoutMember(run: PlainRun, member: string): PlainRun {
  // What it was but for the member, which no part of a run's own shape is.
  return pruned(run, member) as PlainRun;
}

function pruned(value: unknown, member: string): unknown {
  if (Array.isArray(value)) return value.map((each) => pruned(each, member));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== member);
  return Object.fromEntries(kept.map(([name, each]) => [name, pruned(each, member)]));
}
