import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientState } from "../client/contract.ts";
import { boundStage } from "../execution/testing/bound-stage.ts";
import { clientOf } from "../execution/testing/client-of.ts";
import { manualWorld } from "../execution/testing/manual-world.ts";
import { atEndpointAnswer } from "../payloads/run-place.ts";
import { createEndpointProxy } from "./endpoint-proxy.ts";

const RUN = "01J00000000000000000000000";
const OTHER = "01J00000000000000000000001";
const place = (runId: string): Parameters<typeof atEndpointAnswer>[0] => ({
  environment: "",
  app: "shop",
  runId,
});
const ANSWER = { status: 201, headers: { "x-a": "b" }, body: "opened" };

/** One request to the proxy of a client, whose server gives this answer. */
async function ask(
  server: Response | Error,
  given: {
    readonly client?: Partial<Pick<ClientState, "logger">>;
    readonly query?: string;
    readonly method?: string;
  } = {},
): Promise<{
  readonly answer: Response;
  readonly asked: readonly (readonly [string, RequestInit | undefined])[];
}> {
  const asked: (readonly [string, RequestInit | undefined])[] = [];
  const world = manualWorld({
    fetch: async (input, init) => {
      asked.push([input instanceof Request ? input.url : String(input), init]);
      if (server instanceof Error) throw server;
      return server;
    },
  });
  const { query = `?runId=${RUN}&token=a.b.c`, method = "GET" } = given;
  const proxy = createEndpointProxy(clientOf({ world, stage: boundStage(), ...given.client }));
  const answer = await proxy(new Request(`https://shop.example/outcome${query}`, { method }));
  return { answer, asked };
}

describe("the proxy of endpoints", () => {
  it("opens what the app sealed for this run, and asks with the caller's token alone", async () => {
    const sealed = await boundStage().seal(ANSWER, atEndpointAnswer(place(RUN)));
    const { answer, asked } = await ask(Response.json(sealed));
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get("x-a")], [201, "opened", "b"]);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const [[url, init] = ["", undefined]] = asked;
    assert.equal(new URL(url).pathname, `/v1/http/runs/${RUN}/output`);
    assert.equal(init?.headers, undefined);
  });

  it("hands on nothing that the app did not seal for this run", async () => {
    const misplaced = await boundStage().seal(ANSWER, atEndpointAnswer(place(OTHER)));
    const noAnswer = await boundStage().seal({ status: 200 }, atEndpointAnswer(place(RUN)));
    for (const server of [
      Response.json(misplaced),
      Response.json(noAnswer),
      Response.json({ status: 200, headers: { "content-type": "text/html" }, body: "<script>" }),
      new Response("<script>", { headers: { "content-type": "text/html" } }),
      new Response("<script>", { status: 302, headers: { location: "https://evil.example" } }),
    ]) {
      const { answer } = await ask(server);
      assert.equal(answer.status, 502);
      assert.equal(answer.headers.get("location"), null);
      assert.ok(!(await answer.text()).includes("<script>"));
    }
  });

  it("says that a run failed, and not why", async () => {
    const failed = { status: "failed", error: { name: "Error", message: "canary", stack: "canary" } };
    const { answer } = await ask(Response.json(failed, { status: 500 }));
    assert.equal(answer.status, 500);
    assert.deepEqual(await answer.json(), { status: "failed", run_id: RUN });
  });

  it("says that a run goes on, that there is none, and that a token is not good", async () => {
    const going = await ask(
      Response.json({ status: "running", message: "run did not end within 5 minutes" }),
    );
    assert.deepEqual(await going.answer.json(), { status: "running" });
    for (const status of [401, 404]) {
      assert.equal((await ask(Response.json({}, { status }))).answer.status, status);
    }
  });

  it("asks nobody for what is no run or no token, and shows no token when the server is away", async () => {
    for (const query of ["", "?runId=x&token=a", `?runId=${RUN}`, `?runId=${RUN}&token=a%26b`]) {
      const { answer, asked } = await ask(new Response(), { query });
      assert.deepEqual([answer.status, asked.length], [400, 0]);
    }
    assert.equal((await ask(new Response(), { method: "POST" })).answer.status, 405);
    assert.equal((await ask(new Response(), { method: "OPTIONS" })).answer.status, 204);
    const lines: string[] = [];
    const note = (...words: readonly unknown[]): void =>
      void lines.push(
        words
          .map((word) => (word instanceof Error ? `${word.stack} ${String(word.cause)}` : String(word)))
          .join(" "),
      );
    const logger = { debug: note, info: note, warn: note, error: note };
    const { answer } = await ask(new TypeError("fetch failed: ?token=a.b.c"), { client: { logger } });
    assert.equal(answer.status, 502);
    assert.ok(lines.length > 0);
    assert.ok(![await answer.text(), ...lines].some((line) => line.includes("a.b.c")));
  });
});
