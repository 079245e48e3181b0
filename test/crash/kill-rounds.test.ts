import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import type { ServerOptions } from "@holdfast/server";
import { freePort } from "../../scripts/story/processes.ts";
import { seededRandom } from "../kit/seeded-random.ts";
import { inspect } from "./inspect-store.ts";
import { Sender } from "./sender.ts";
import type { ServerLife } from "./server-process.ts";
import { startLife } from "./server-process.ts";
import { startWitnessApp } from "./witness-app.ts";

const SEED = Number(process.env["CRASH_SEED"] ?? 20_261_123);
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 100);

/** How many events one life of the server is sent at most; each starts four runs. */
const EVENTS_PER_ROUND = 12;
/** Time a life is given once it listens, and how many of ten lives are ended before they listen. */
const LIFE_MS = { min: 5, max: 450 };
const KILLED_EARLY_IN_TEN = 1;

it(
  `a server killed ${ROUNDS} times under load (seed ${SEED}) loses no event, runs no finished step again, leaves no run stuck`,
  { timeout: 20 * 60_000 },
  async () => {
    const random = seededRandom(SEED);
    const folder = await mkdtemp(join(tmpdir(), "holdfast-crash-"));
    const port = await freePort(0);
    const serverUrl = `http://127.0.0.1:${port}`;
    const signingKey = `signkey-test-${randomBytes(32).toString("hex")}`;
    const eventKey = randomBytes(24).toString("hex");
    const app = await startWitnessApp({ signingKey, eventKey, serverUrl });
    const options: ServerOptions = {
      mode: "production",
      host: "127.0.0.1",
      port,
      dataDir: join(folder, "data"),
      signingKeys: [signingKey],
      eventKeys: [eventKey],
      publicUrl: null,
      sdkUrls: [app.url],
      endpointOrigins: [],
      discovery: false,
      pollIntervalMs: null,
      retryIntervalMs: 20,
      callSlots: 64,
      tickMs: 50,
      cronCatchUpMax: 0,
      timeScale: 1,
      logLevel: "warn",
    };
    const sender = new Sender(`${serverUrl}/e/${eventKey}`);
    let life: ServerLife | null = null;
    try {
      // The app has to be known before its events mean anything.
      const first = (life = startLife(options));
      await first.ready;
      await sender.untilStarted(`${serverUrl}/holdfast/v1/apps`, signingKey);
      first.signal("SIGKILL");
      await first.gone;

      for (let round = 0; round < ROUNDS; round += 1) {
        const current = (life = startLife(options));
        const early = random.between(1, 10) <= KILLED_EARLY_IN_TEN;
        if (!early) {
          await current.ready;
          sender.send(EVENTS_PER_ROUND);
        }
        await pause(early ? random.between(20, 400) : random.between(LIFE_MS.min, LIFE_MS.max));
        current.signal("SIGKILL");
        assert.equal(await current.gone, "SIGKILL", current.said());
        await sender.settled();
      }

      const last = (life = startLife(options));
      await last.ready;
      sender.send(0);
      await sender.settled();
      assert.equal(
        sender.unanswered,
        0,
        `every event is answered in the end; the last failure: ${sender.lastFailure}`,
      );
      await sender.untilIdle(`${serverUrl}/holdfast/v1/status`, signingKey);
      last.signal("SIGTERM");
      assert.equal(await last.gone, 0, `a graceful stop ends with 0: ${last.said()}`);

      assert.deepEqual(app.violations, []);
      const found = await inspect(options.dataDir, sender.acknowledged);
      assert.deepEqual(found.problems, []);
      assert.ok(found.runs >= sender.acknowledged.size * 4);
      console.log(
        `${ROUNDS} kills: ${sender.acknowledged.size} events, ${found.runs} runs, ${found.steps} stored steps, ${app.executions()} executions of step code`,
      );
    } finally {
      life?.signal("SIGKILL");
      await life?.gone;
      await app.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);

/** Not a wait for something to happen: the length of a life is the test's input. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
