import { writeSync } from "node:fs";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  aSession,
  NOW,
  open,
} from "../../contract/testing/builders.ts";
import { openSqliteStore } from "../open-sqlite-store.ts";

/**
 * Run by a test as a process of its own, which the test kills: accepts events, each with a run, takes each run one step
 * forward, and says on stdout what was acknowledged, one line each: `open N`, `step N`.
 */
const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("usage: write-until-killed.ts FOLDER");

const store = await openSqliteStore({ dataDir });
const session = await aSession(store);
writeSync(1, "ready\n");

async function write(from: number): Promise<void> {
  for (let num = from; ; num += 16) {
    await open(store, [aNewRun(num, { run: { eventId: anEvent(num).id } })], {
      event: anEvent(num),
      session,
    });
    writeSync(1, `open ${num}\n`);
    await store.runs.advance(
      anAdvance(num, {
        run: aRun(num, { status: "Running", startedAt: NOW }),
        journal: [anEntry(1)],
        finish: ["start"],
        enqueue: [anItem(num, { key: "next", generation: 1 })],
        session,
      }),
    );
    writeSync(1, `step ${num}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, index) => write(index + 1)));
