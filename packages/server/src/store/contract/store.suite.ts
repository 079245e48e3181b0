import { describe } from "node:test";
import { administrationSuite } from "./administration.suite.ts";
import { appSuite } from "./apps.suite.ts";
import { closeSuite } from "./close.suite.ts";
import { eventSuite } from "./events.suite.ts";
import { gateModelSuite } from "./gates-model.suite.ts";
import { gateSuite } from "./gates.suite.ts";
import { historySuite } from "./history.suite.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { queueSuite } from "./queue.suite.ts";
import { runSuite } from "./runs.suite.ts";
import { scheduleSuite } from "./schedules.suite.ts";
import { snapshotSuite } from "./snapshot.suite.ts";
import { startSuite } from "./starts.suite.ts";
import { textSuite } from "./texts.suite.ts";
import { waitModelSuite } from "./waits-model.suite.ts";
import { waitSuite } from "./waits.suite.ts";

/**
 * The behaviour that `store.ts` states, as tests. Every store calls this with a way to make a fresh one.
 *
 * @param histories how many random ones of gates, and of waits
 */
export function runStoreContract(name: string, createHarness: CreateHarness, histories = 20): void {
  describe(name, () => {
    describe("events", () => eventSuite(createHarness));
    describe("runs", () => runSuite(createHarness));
    describe("snapshots", () => snapshotSuite(createHarness));
    describe("queue", () => queueSuite(createHarness));
    describe("gates", () => gateSuite(createHarness));
    describe("starts", () => startSuite(createHarness));
    describe("waits", () => waitSuite(createHarness));
    describe("schedules", () => scheduleSuite(createHarness));
    describe("texts", () => textSuite(createHarness));
    describe("history", () => historySuite(createHarness));
    describe("apps", () => appSuite(createHarness));
    describe("administration", () => administrationSuite(createHarness));
    describe("life", () => closeSuite(createHarness));
    describe("histories", () => {
      gateModelSuite(createHarness, histories);
      waitModelSuite(createHarness, histories);
    });
  });
}
