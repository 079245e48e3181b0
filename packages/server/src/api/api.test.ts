import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createIds, nodeDigest, scaledClock, silentLog, systemClock, systemRandom } from "#kernel";
import { createKeys } from "#keys";
import type { ApiContext } from "./api.ts";
import { createApi } from "./api.ts";

/** A context in which no route can be called: enough to look at the list of them. */
function contextOf(mode: ApiContext["mode"]): ApiContext {
  const parts: Pick<
    ApiContext,
    "mode" | "version" | "isOnLan" | "keys" | "clock" | "machineClock" | "virtualTime" | "ids" | "log"
  > = {
    mode,
    version: "0.0.0",
    isOnLan: false,
    keys: createKeys({ signingKeys: [], eventKeys: [], digest: nodeDigest }),
    clock: systemClock,
    machineClock: systemClock,
    virtualTime: mode === "dev" ? scaledClock(systemClock, 1) : null,
    ids: createIds(systemClock, systemRandom),
    log: silentLog,
  };
  // The other rooms are only used when a request comes in.
  return parts as ApiContext;
}

const ROUTES = [
  "DELETE /fn/remove signing-key",
  "DELETE /v0/runs/:runId signing-key",
  "DELETE /v1/runs/:id signing-key",
  "GET /health open",
  "GET /holdfast/v1/apps signing-key",
  "GET /holdfast/v1/apps/introspect signing-key",
  "GET /holdfast/v1/follow signing-key",
  "GET /holdfast/v1/status signing-key",
  "GET /v0/runs/:runId/actions signing-key",
  "GET /v0/runs/:runId/batch signing-key",
  "GET /v1/apps/:app/functions signing-key",
  "GET /v1/checkpoint/:runId/output signing-key",
  "GET /v1/events signing-key",
  "GET /v1/events/:id signing-key",
  "GET /v1/events/:id/runs signing-key",
  "GET /v1/http/runs/:runId/output signing-key",
  "GET /v1/runs/:id signing-key",
  "OPTIONS /e/:key open",
  "POST /e event-key",
  "POST /e/ event-key",
  "POST /e/:key event-key",
  "POST /fn/register signing-key",
  "POST /v0/telemetry signing-key",
  "POST /v1/checkpoint signing-key",
  "POST /v1/checkpoint/:runId/async signing-key",
  "POST /v1/checkpoint/:runId/steps signing-key",
  "POST /v1/http/runs signing-key",
  "POST /v1/http/runs/:runId/async signing-key",
  "POST /v1/http/runs/:runId/steps signing-key",
  "PUT /holdfast/v1/apps/sync signing-key",
];

describe("createApi()", () => {
  it("has exactly these routes, each saying who may use it; test/http/access.test.ts knocks at every one", () => {
    const production: string[] = [];
    createApi(contextOf("production"), (route) => production.push(route));
    assert.deepEqual(production.toSorted(), ROUTES);
    const development: string[] = [];
    createApi(contextOf("dev"), (route) => development.push(route));
    assert.deepEqual(
      development.toSorted(),
      [
        ...ROUTES,
        "GET /dev signing-key",
        "GET /dev/clock signing-key",
        "POST /dev/clock signing-key",
      ].toSorted(),
    );
  });
});
