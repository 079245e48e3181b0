import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { createClient } from "./client.ts";

const RUN = "01J00000000000000000000000" as RunId;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A client whose requests get this answer, and what it asked. */
function asking(answer: unknown, status = 200) {
  const asked: Asked[] = [];
  const client = createClient({
    url: "http://127.0.0.1:1/base",
    fetch: async (input, init) => {
      const { body, method, url } = new Request(input, init);
      const { pathname, search } = new URL(url);
      const text = body === null ? "" : await new Response(body).text();
      asked.push({ method, path: pathname + search, body: text === "" ? null : JSON.parse(text) });
      return Response.json(answer, { status });
    },
  });
  return { client, asked };
}

test("runs() gives lists value by value, and leaves out what was not asked for", async () => {
  const { asked, client } = asking({ data: [], page: { limit: 20 } });
  const page = await client.runs({
    status: ["FAILED", "CANCELLED"],
    appId: ["a b"],
    includeOutput: false,
    limit: 5,
  });
  assert.deepEqual(page, { entries: [], cursor: null });
  assert.equal(asked[0]?.path, "/base/v2/runs?status=FAILED&status=CANCELLED&appId=a+b&limit=5");
});

test("runs() reads a page whose empty list was left out, and the cursor of the next", async () => {
  const { client } = asking({ metadata: {}, page: { cursor: "abc", hasMore: true } });
  assert.deepEqual(await client.runs({}), { entries: [], cursor: "abc" });
});

for (const [what, act, expected] of [
  [
    "trace()",
    (client: ReturnType<typeof createClient>) => client.trace(RUN, { includeOutput: true }),
    { method: "GET", path: `/base/v2/runs/${RUN}/trace?includeOutput=true`, body: null },
  ],
  [
    "rerun() from the start",
    (client: ReturnType<typeof createClient>) => client.rerun(RUN),
    { method: "POST", path: `/base/v2/runs/${RUN}/rerun`, body: {} },
  ],
  [
    "rerun() from a step",
    (client: ReturnType<typeof createClient>) => client.rerun(RUN, { stepId: "a", input: [1] }),
    { method: "POST", path: `/base/v2/runs/${RUN}/rerun`, body: { fromStep: { stepId: "a", input: [1] } } },
  ],
  [
    "rescue()",
    (client: ReturnType<typeof createClient>) => client.rescue(RUN, "fail"),
    { method: "POST", path: `/base/v2/runs/${RUN}/rescue`, body: { act: "fail" } },
  ],
  [
    "invoke()",
    (client: ReturnType<typeof createClient>) => client.invoke("a/b", "c", { data: {} }),
    { method: "POST", path: "/base/v2/apps/a%2Fb/functions/c/invoke", body: { data: {} } },
  ],
  [
    "pauseFunction()",
    (client: ReturnType<typeof createClient>) => client.pauseFunction("a", "b"),
    { method: "POST", path: "/base/v2/apps/a/functions/b/pause", body: null },
  ],
  [
    "signal() without data",
    (client: ReturnType<typeof createClient>) => client.signal("go"),
    { method: "POST", path: "/base/v1/signals", body: { signal: "go", data: null } },
  ],
  [
    "removeCancellation()",
    (client: ReturnType<typeof createClient>) => client.removeCancellation("../x"),
    { method: "DELETE", path: "/base/v1/cancellations/..%2Fx", body: null },
  ],
] as const) {
  test(`${what} asks ${expected.method} ${expected.path}`, async () => {
    const { asked, client } = asking({ data: {} });
    await act(client);
    assert.deepEqual(asked, [expected]);
  });
}

test("errors in the envelope of v2 keep their code and their words", async () => {
  const answer = { errors: [{ code: "run_already_ended", message: "Run X has already ended." }] };
  const { client } = asking(answer, 409);
  await assert.rejects(
    client.rescue(RUN, "resume"),
    (error) =>
      isHoldfastError(error, "conflict") &&
      error.details["code"] === "run_already_ended" &&
      error.message.includes("Run X has already ended."),
  );
});
