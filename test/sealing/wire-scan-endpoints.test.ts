/**
 * The wire scan of durable endpoints: what a caller asks and is told is between him and the app. The server carries the run,
 * repeats the request and passes on the stream, and sees none of it. Without sealing the same scan finds every value.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import { fetchWithStream } from "holdfast/endpoints";
import type { Canary } from "../kit/canaries.ts";
import { createCanary } from "../kit/canaries.ts";
import type { Search } from "../kit/leaks.ts";
import { assertNothingLeaks, findLeaks } from "../kit/leaks.ts";
import { startOwnEndpointApp } from "../kit/own-endpoint-app.ts";
import { freePort } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { startWireTap } from "../kit/wire-tap.ts";

/** Every kind of value that is a caller's or the app's. */
const VALUES = [
  "request body",
  "request query",
  "caller's address",
  "step result",
  "step error",
  "stream word",
  "response body",
  "response header",
  "direct response",
] as const;

type Value = (typeof VALUES)[number];

/** Has callers ask in every way there is, and hands over what there is to search before it is gone. */
async function scan(isSealing: boolean, look: (search: Search) => void): Promise<void> {
  const canaries = Object.fromEntries(VALUES.map((value) => [value, createCanary(value)])) as Record<
    Value,
    Canary
  >;
  const say = (value: Value): string => canaries[value].text;
  const port = await freePort();
  await using server = await startTestServer({
    logLevel: "debug",
    endpointOrigins: [`http://127.0.0.1:${port}`],
    ...(isSealing ? { payloads: { mode: "sealed", clearFields: [], formats: ["holdfast"] } } : {}),
  });
  await using toServer = await startWireTap("app to server", () => server.port);
  const keys = staticKeys({ active: newSealingKey(), decryptOnly: [], revoked: [] });
  await using app = await startOwnEndpointApp({
    server,
    port,
    client: {
      baseUrl: toServer.origin,
      middleware: isSealing ? [sealing({ keys, environment: "scan" })] : [],
    },
    routes: (client) => ({
      "/outcome": client.endpointProxy(),
      "/direct": client.endpoint(async () => ({ told: say("direct response") }), {
        asyncRedirectUrl: "/outcome",
      }),
      "*": client.endpoint(
        async (request, { step, stream }) => {
          const asked = await request.text();
          await step.run("result", () => {
            stream.push(say("stream word"));
            return say("step result");
          });
          await step.sleep("pause", "1s");
          const error = await step
            .run({ id: "fails", retries: 0 }, () => {
              throw new Error(say("step error"));
            })
            .catch((thrown: unknown) => String(thrown));
          stream.push(say("stream word"));
          const told = { asked, query: new URL(request.url).search, error, told: say("response body") };
          return new Response(JSON.stringify(told), {
            headers: { "x-told": encodeURIComponent(say("response header")) },
          });
        },
        { asyncRedirectUrl: "/outcome" },
      ),
    }),
  });

  const heard: unknown[] = [];
  const ask = {
    method: "POST",
    headers: { "x-forwarded-for": encodeURIComponent(say("caller's address")) },
    body: say("request body"),
  };
  const url = `${app.url}/long?q=${encodeURIComponent(say("request query"))}`;
  const redirected = await fetch(url, ask);
  heard.push(await redirected.text());
  const streamed = await fetchWithStream(url, { fetchOptions: ask, onData: ({ data }) => heard.push(data) });
  heard.push(await streamed.text());
  heard.push(await (await fetch(`${app.url}/direct`)).text());
  for (const value of ["request body", "response body", "stream word", "direct response"] as const) {
    assert.ok(JSON.stringify(heard).includes(canaries[value].marks[0] ?? say(value)), value);
  }

  await server.stop();
  const reentries = app.reentries().map((each) => JSON.stringify(each));
  assert.ok(reentries.length > 0, "the server carried on");
  assert.ok(app.reports.some(({ path, status }) => path === "/v1/realtime/publish/tee" && status === 200));
  look({
    taps: [toServer],
    directories: [server.dataDir],
    logs: [
      { name: "the server", lines: server.log.lines },
      { name: "what the server sent to the app", lines: reentries },
    ],
    canaries: Object.values(canaries),
  });
}

describe("a wire scan (endpoint)", { timeout: 60_000 }, () => {
  it("sees no value of an app that seals", async () => {
    await scan(true, assertNothingLeaks);
  });

  it("sees every value of an app that does not", async () => {
    await scan(false, (search) => {
      const found = new Set(findLeaks(search).map(({ canary }) => canary.label));
      assert.deepEqual(
        VALUES.filter((value) => !found.has(value)),
        [],
      );
    });
  });
});
