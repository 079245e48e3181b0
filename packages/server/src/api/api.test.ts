import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mainEnvironment } from "#environments";
import { createIds, nodeDigest, scaledClock, silentLog, systemClock, systemRandom } from "#kernel";
import { createKeys } from "#keys";
import type { ApiContext } from "./api.ts";
import { createApi } from "./api.ts";

/** A context in which no route can be called: enough to look at the list of them. */
function contextOf(mode: ApiContext["mode"]): ApiContext {
  const parts: Pick<
    ApiContext,
    | "mode"
    | "environment"
    | "version"
    | "isOnLan"
    | "keys"
    | "clock"
    | "machineClock"
    | "virtualTime"
    | "ids"
    | "log"
  > = {
    mode,
    environment: mainEnvironment(mode, nodeDigest),
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

const V1_ROUTES = [
  "DELETE /fn/remove signing-key -",
  "DELETE /v0/runs/:runId signing-key -",
  "DELETE /v1/runs/:id signing-key runs.act",
  "GET /.well-known/holdfast-keys.json open",
  "GET /health open",
  "GET /holdfast/v1/apps signing-key apps.read",
  "GET /holdfast/v1/apps/introspect signing-key apps.approve",
  "GET /holdfast/v1/follow signing-key runs.read",
  "GET /holdfast/v1/status signing-key environments.read",
  "GET /v0/runs/:runId/actions signing-key -",
  "GET /v0/runs/:runId/batch signing-key -",
  "GET /v1/apps/:app/functions signing-key apps.read",
  "DELETE /v1/cancellations/:id signing-key runs.act",
  "GET /v1/cancellations signing-key runs.read",
  "GET /v1/checkpoint/:runId/output run-token",
  "GET /v1/events signing-key runs.read",
  "GET /v1/events/:id signing-key runs.read",
  "GET /v1/events/:id/runs signing-key runs.read",
  "GET /v1/http/runs/:runId/output run-token",
  "GET /v1/realtime/sse run-token",
  "GET /v1/runs/:id signing-key runs.read",
  "GET /v1/runs/:id/jobs signing-key runs.read",
  "OPTIONS /e/:key open",
  "POST /e event-key",
  "POST /e/ event-key",
  "POST /e/:key event-key",
  "POST /fn/register signing-key -",
  "POST /invoke/:slug signing-key runs.act",
  "POST /v0/telemetry signing-key -",
  "POST /v1/cancellations signing-key runs.act",
  "POST /v1/checkpoint signing-key -",
  "POST /v1/checkpoint/:runId/async signing-key -",
  "POST /v1/checkpoint/:runId/steps signing-key -",
  "POST /v1/http/runs signing-key -",
  "POST /v1/http/runs/:runId/async signing-key -",
  "POST /v1/http/runs/:runId/steps signing-key -",
  "POST /v1/realtime/publish/tee signing-key -",
  "POST /v1/runs/:id/metadata signing-key -",
  "POST /v1/signals signing-key -",
  "PUT /holdfast/v1/apps/sync signing-key apps.approve",
];

/** Those of v2, all of which a signing key opens, with what they take of others; found under `/api/v2` too. */
const V2_ROUTES = [
  "GET /account environments.read",
  "GET /apps apps.read",
  "GET /apps/:appId apps.read",
  "GET /apps/:appId/functions apps.read",
  "GET /apps/:appId/functions/:functionId apps.read",
  "GET /apps/:appId/functions/:functionId/experiments -",
  "GET /apps/:appId/functions/:functionId/experiments/:experimentId -",
  "GET /apps/:appId/functions/:functionId/runs runs.read",
  "GET /env/webhooks -",
  "GET /envs environments.read",
  "GET /events/:eventId/runs runs.read",
  "GET /experiments -",
  "GET /health environments.read",
  "GET /insights/events/schemas -",
  "GET /insights/tables -",
  "GET /keys/events keys.read",
  "GET /keys/signing keys.read",
  "GET /partner/accounts -",
  "GET /runs runs.read",
  "GET /runs/:runId runs.read",
  "GET /runs/:runId/trace runs.read",
  "GET /runs/stranded runs.read",
  "GET /sealing/keys keys.read",
  "GET /sessions -",
  "GET /sessions/:key -",
  "GET /sessions/:key/:id/runs -",
  "PATCH /envs/:id -",
  "POST /apps/:appId/functions/:functionId/invoke runs.act",
  "POST /apps/:appId/functions/:functionId/pause runs.act",
  "POST /apps/:appId/functions/:functionId/resume runs.act",
  "POST /apps/:appId/syncs -",
  "POST /env/webhooks -",
  "POST /envs -",
  "POST /events events.send",
  "POST /insights/query -",
  "POST /insights/query/prompt -",
  "POST /partner/accounts -",
  "POST /runs/:runId/cancel runs.act",
  "POST /runs/:runId/rerun runs.act",
  "POST /runs/:runId/rescue runs.act",
  "POST /runs/:runId/scores -",
  ...["sandboxes", "snapshots"].flatMap((family) =>
    ["DELETE", "GET", "PATCH", "POST", "PUT"].flatMap((method) => [
      `${method} /${family} -`,
      `${method} /${family}/* -`,
    ]),
  ),
];

const ROUTES = [
  ...V1_ROUTES,
  ...["/v2", "/api/v2"].flatMap((prefix) =>
    V2_ROUTES.map((route) => route.replace(/ (\S+) (\S+)$/, ` ${prefix}$1 signing-key $2`)),
  ),
].toSorted();

const DEVELOPMENT_ROUTES = [
  "GET /dev signing-key -",
  "GET /dev/clock signing-key -",
  "POST /dev/clock signing-key -",
  "POST /test/function/pause signing-key -",
  "POST /test/function/resume signing-key -",
];

describe("createApi()", () => {
  it("has exactly these routes, each saying who may use it, and what it takes without a key; test/http/access.test.ts knocks at every one", async () => {
    const production: string[] = [];
    await createApi(contextOf("production"), (route) => production.push(route)).ready();
    assert.deepEqual(production.toSorted(), ROUTES);
    const development: string[] = [];
    await createApi(contextOf("dev"), (route) => development.push(route)).ready();
    assert.deepEqual(development.toSorted(), [...ROUTES, ...DEVELOPMENT_ROUTES].toSorted());
  });
});
