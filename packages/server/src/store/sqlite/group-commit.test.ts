import assert from "node:assert/strict";
import { test } from "node:test";
import { anEvent, aNewRun, open } from "../contract/testing/builders.ts";
import type { BatchReply, Command } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import { GroupCommit } from "./group-commit.ts";
import { BATCH_ACTS_MAX_COUNT, BATCH_TEXT_MAX_CHARS } from "./limits.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { temporaryFolder } from "./testing/folders.ts";
import type { Writer } from "./writer.ts";

/** A writer that answers when told to. */
class HeldWriter implements Writer {
  deathCause: Error | null = null;
  readonly batches: (readonly Command[])[] = [];
  readonly #replies: { resolve(reply: BatchReply): void; reject(error: Error): void }[] = [];

  execute(commands: readonly Command[]): Promise<BatchReply> {
    this.batches.push(commands);
    return new Promise((resolve, reject) => this.#replies.push({ resolve, reject }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Answers the batch in flight: each act with its first value. */
  async answer(): Promise<void> {
    const commands = this.batches.at(-1) ?? [];
    this.#replies
      .shift()
      ?.resolve({ answers: commands.map(([, value]) => value ?? null), failures: null, commits: 1 });
    await turn();
  }

  async die(): Promise<void> {
    this.deathCause = new Error("pulled the plug");
    this.#replies.shift()?.reject(this.deathCause);
    await turn();
  }

  sizes(): readonly number[] {
    return this.batches.map((batch) => batch.length);
  }
}

/** Lets everything that is ready happen. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const command = (value: string | number): Command => [CommandKind.closeSession, value];

test("act() sends a lone act at once", async () => {
  const writer = new HeldWriter();
  const commits = new GroupCommit(writer);
  const answer = commits.act(command(1));
  await turn();
  assert.deepEqual(writer.sizes(), [1]);
  await writer.answer();
  assert.equal(await answer, 1);
});

test("act() collects while a batch is in flight and sends what collected when it returns, in order", async () => {
  const writer = new HeldWriter();
  const commits = new GroupCommit(writer);
  const answers = [commits.act(command(0))];
  await turn();
  for (let num = 1; num <= 20; num++) {
    answers.push(commits.act(command(num)));
    if (num % 5 === 0) await turn();
  }
  assert.deepEqual(writer.sizes(), [1], "one batch in flight at a time");
  await writer.answer();
  assert.deepEqual(writer.sizes(), [1, 20]);
  await writer.answer();
  assert.deepEqual(
    await Promise.all(answers),
    Array.from({ length: 21 }, (_, num) => num),
  );
  assert.deepEqual(commits.stats, { acts: 21, batches: 2, commits: 2 });
});

test("act() closes a batch at the limit of acts, and at the limit of text", async () => {
  const writer = new HeldWriter();
  const commits = new GroupCommit(writer);
  const ask = (count: number, value: string): Promise<unknown>[] =>
    Array.from({ length: count }, () => commits.act(command(value)));
  const answers = [...ask(BATCH_ACTS_MAX_COUNT + 1, "x"), ...ask(3, "x".repeat(BATCH_TEXT_MAX_CHARS * 0.4))];
  answers.push(...ask(2, "x".repeat(BATCH_TEXT_MAX_CHARS * 2)));
  for (let batches = 0; batches < 5; batches++) {
    await turn();
    await writer.answer();
  }
  await Promise.all(answers);
  assert.deepEqual(writer.sizes(), [BATCH_ACTS_MAX_COUNT, 3, 1, 1, 1], "a giant travels alone");
});

test("act() fails when the writer dies: what is in flight, what waits, and what comes later", async () => {
  const writer = new HeldWriter();
  const commits = new GroupCommit(writer);
  const inFlight = commits.act(command(1));
  await turn();
  const waiting = commits.act(command(2));
  const settled = Promise.allSettled([inFlight, waiting]);
  await writer.die();
  const outcomes = [...(await settled), ...(await Promise.allSettled([commits.act(command(3))]))];
  for (const outcome of outcomes) {
    assert.ok(outcome.status === "rejected");
    assert.equal(outcome.reason.code, "store_failed");
    assert.match(outcome.reason.message, /pulled the plug/);
  }
  await commits.drain();
});

test("drain() waits for everything that was asked for", async () => {
  const writer = new HeldWriter();
  const commits = new GroupCommit(writer);
  await commits.drain();
  const order: string[] = [];
  const asked = commits.act(command(1)).then(() => order.push("act"));
  const drained = commits.drain().then(() => order.push("drained"));
  await turn();
  assert.deepEqual(order, []);
  await writer.answer();
  await Promise.all([asked, drained]);
  assert.equal(order.length, 2);
});

for (const inline of [false, true]) {
  test(`acts asked for at once share commits (inline: ${inline})`, async (t) => {
    const store = await openSqliteStore({ dataDir: temporaryFolder(t), inline });
    t.after(() => store.close());
    const before = store.stats();
    await Promise.all(
      Array.from({ length: 500 }, (_, num) => open(store, [aNewRun(num)], { event: anEvent(num) })),
    );
    const after = store.stats();
    assert.equal(after.acts - before.acts, 500);
    assert.ok(after.commits - before.commits <= 3, `${after.commits - before.commits} commits for 500 acts`);
  });
}
