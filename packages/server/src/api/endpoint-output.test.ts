import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fastify } from "fastify";
import type { RunId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import { createIds, nodeDigest as digest, silentLog, systemRandom as random } from "#kernel";
import { createTokens } from "#keys";
import { createRealtime } from "#realtime";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { ApiContext } from "./context.ts";
import { endpointOutputRoutes } from "./endpoint-output.ts";

const NOW = 1_700_000_000_000;
const RUN = "01HF7YAT00AAAAAAAAAAAAAAAA" as RunId;

describe("GET …/output", { timeout: 20_000 }, () => {
  it("says after 5 minutes that the run goes on, and follows it no longer", async () => {
    const machineClock = manualClock(NOW);
    const realtime = createRealtime({ log: silentLog });
    const looked = Promise.withResolvers<void>();
    const tokens = createTokens({
      secrets: () => [],
      environment: "dev",
      accountId: "a",
      environmentId: "e",
      digest,
      random,
      ids: createIds(machineClock, random),
    });
    const executor = {
      view: async () => {
        looked.resolve();
        return { end: null };
      },
    };
    const app = fastify();
    // The one route here asks no more of its surroundings than this.
    endpointOutputRoutes(app, { executor, machineClock, realtime, tokens } as unknown as ApiContext);
    const token = await tokens.output(RUN, NOW);
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const answer = fetch(`${url}/v1/http/runs/${RUN}/output?token=${token}`);
    await looked.promise;
    assert.equal(realtime.followed, true);
    await machineClock.advance(LIMITS.endpointOutputWaitMs);
    assert.deepEqual(await (await answer).json(), {
      status: "running",
      message: "run did not end within 5 minutes",
    });
    assert.equal(realtime.followed, false);
    await app.close();
  });
});
