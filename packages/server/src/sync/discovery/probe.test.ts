import assert from "node:assert/strict";
import { test } from "node:test";
import type { EgressOutcome } from "#egress";
import { createEgressDouble, sdkHeaders, unreachable } from "../testing/doubles.ts";
import { probePort } from "./probe.ts";

const page: EgressOutcome = { kind: "answered", status: 404, headers: {}, body: "<html>" };
const app = (status: number, body: string, headers = sdkHeaders): EgressOutcome => ({
  kind: "answered",
  status,
  headers,
  body,
});
const probe = async (answer: (path: string) => EgressOutcome) => {
  const egress = createEgressDouble(({ url }) => answer(new URL(url).pathname));
  const result = await probePort(egress, 3000, new AbortController().signal);
  return { result, asked: egress.requests.length };
};

test("probePort() stops at the first path that answers as an app", async () => {
  const { result, asked } = await probe((path) =>
    path === "/x/inngest" ? app(200, '{"mode":"dev"}') : page,
  );
  assert.deepEqual(result, { kind: "app", url: "http://localhost:3000/x/inngest", mode: "dev" });
  assert.equal(asked, 2);
});

test("probePort() recognises an app in production mode, which refuses the unsigned request", async () => {
  const { result } = await probe(() =>
    app(401, '{"message":"Unauthorized"}', { "x-inngest-sdk-handled": "true" }),
  );
  assert.deepEqual(result, { kind: "app", url: "http://localhost:3000/api/inngest", mode: "cloud" });
});

test("probePort() leaves the mode open when the app does not tell", async () => {
  for (const body of ["<html>", "[]", '{"mode":7}']) {
    const { result } = await probe(() => app(200, body));
    assert.ok(result.kind === "app" && result.mode === null);
  }
});

test("probePort() asks a port that is no app once per path", async () => {
  assert.deepEqual(await probe(() => page), { result: { kind: "other" }, asked: 4 });
});

test("probePort() stops at once where nobody speaks HTTP, and where nobody answers", async () => {
  assert.deepEqual(await probe(() => ({ kind: "failed", code: "protocol", message: "", status: null })), {
    result: { kind: "other" },
    asked: 1,
  });
  assert.deepEqual(await probe(() => unreachable), { result: { kind: "silent" }, asked: 1 });
  assert.deepEqual(await probe(() => ({ kind: "failed", code: "timed_out", message: "", status: null })), {
    result: { kind: "silent" },
    asked: 1,
  });
});
