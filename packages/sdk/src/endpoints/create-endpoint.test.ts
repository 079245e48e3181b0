import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import { NonRetriableError } from "../errors/non-retriable-error.ts";
import type { ApiRequest } from "../execution/testing/client-of.ts";
import { apiOf, clientOf } from "../execution/testing/client-of.ts";
import type { EndpointHandler, EndpointOptions } from "./contract.ts";
import { createEndpoint } from "./create-endpoint.ts";

type Answerer = Parameters<typeof apiOf>[0];

const BEGUN = {
  status: 200,
  body: { data: { fn_id: "fn", app_id: "app", token: "out", realtime_token: "rt" } },
};

/** One request to an endpoint whose server answers as is said. */
async function ask(
  handler: EndpointHandler,
  given: {
    readonly server?: Answerer;
    readonly options?: EndpointOptions;
    readonly client?: Partial<Pick<ClientState, "mode">>;
    readonly init?: RequestInit;
  } = {},
): Promise<{
  readonly answer: Response;
  readonly requests: readonly ApiRequest[];
  readonly errors: readonly unknown[];
}> {
  const { server = () => BEGUN, options, client, init } = given;
  const { api, requests } = apiOf(server);
  const errors: unknown[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (...words: readonly unknown[]) => void errors.push(words),
  };
  const state = clientOf({ api, logger, ...client });
  const answer = await createEndpoint(state, handler, options)(new Request("http://127.0.0.1/pay?a=b", init));
  return { answer, requests, errors };
}

const opsOf = ({
  body,
}: ApiRequest): readonly { readonly op: string; readonly id: string; readonly data?: unknown }[] =>
  (JSON.parse(body) as { steps: readonly { op: string; id: string }[] }).steps;

describe("an endpoint", () => {
  it("tells the server of the run before its first step runs, and of its end", async () => {
    const order: string[] = [];
    const { answer, requests } = await ask(
      async (_request, { step }) => step.run("one", () => order.push("step")),
      {
        server: ({ path }) => {
          order.push(path.replace(/[0-9A-Z]{26}/, "ID"));
          return BEGUN;
        },
      },
    );
    assert.equal(await answer.json(), 2);
    assert.deepEqual(order, ["/v1/checkpoint", "step", "/v1/checkpoint/ID/steps", "/v1/checkpoint/ID/steps"]);
    const end = opsOf(requests[2] ?? assert.fail());
    assert.deepEqual(end, [
      {
        op: "RunComplete",
        id: "0737c22d3bfae812339732d14d8c7dbd6dc4e09c",
        data: { status: 200, headers: { "content-type": "application/json" }, body: "2" },
      },
    ]);
  });

  it("keeps cookies to itself where the server could read them", async () => {
    const { answer, requests } = await ask(
      () => new Response("x", { headers: { "set-cookie": "session=canary" } }),
    );
    assert.deepEqual(answer.headers.getSetCookie(), ["session=canary"]);
    assert.ok(requests.every(({ body }) => !body.includes("canary")));
  });

  for (const [what, server] of [
    ["cannot be reached", () => assert.fail(new HoldfastError("server_unreachable", "canary"))],
    ["does not vouch for the app", () => 403],
    ["is at its limit", () => 429],
    ["says nothing of what it began", () => ({ status: 200, body: {} })],
  ] as const) {
    it(`does no step when the server ${what}, and says that it may be tried again`, async () => {
      let ran = 0;
      const { answer, errors } = await ask(async (_request, { step }) => step.run("one", () => (ran += 1)), {
        server,
        client: { mode: "production" },
      });
      assert.equal(answer.status, 503);
      assert.ok(!(await answer.text()).includes("canary"));
      assert.equal(ran, 0);
      assert.ok(errors.length > 0);
    });
  }

  it("answers a request without steps though the server is away, and logs that nobody knows of it", async () => {
    const { answer, errors } = await ask(() => "here", { server: () => 500 });
    assert.equal(await answer.json(), "here");
    assert.ok(errors.length > 0);
  });

  it("stops when the server goes on by itself, and sends its caller to the outcome", async () => {
    let ran = 0;
    const { answer } = await ask(
      async (_request, { step }) => {
        await step.run("one", () => (ran += 1));
        await step.run("two", () => (ran += 1));
      },
      { server: ({ path }) => (path === "/v1/checkpoint" ? BEGUN : 409) },
    );
    assert.equal(answer.status, 302);
    assert.match(answer.headers.get("location") ?? "", /\/v1\/http\/runs\/[0-9A-Z]{26}\/output\?token=out$/);
    assert.equal(ran, 1);
  });

  it("asks the server to go on with steps that it could not report in time", async () => {
    let reports = 0;
    const { answer, requests } = await ask(
      async (_request, { step }) => {
        await step.run("one", () => 1);
        await step.run("two", () => 2);
      },
      { server: ({ path }) => (path === "/v1/checkpoint" ? BEGUN : (reports += 1) === 1 ? 500 : 200) },
    );
    assert.equal(answer.status, 302);
    assert.deepEqual(
      opsOf(requests.at(-1) ?? assert.fail()).map(({ op }) => op),
      ["StepRun", "DiscoveryRequest"],
    );
  });

  it("hands an error to the server to be tried again, and ends one that is final", async () => {
    const failing =
      (error: Error): EndpointHandler =>
      () => {
        throw error;
      };
    const again = await ask(failing(new Error("canary")));
    assert.equal(again.answer.status, 302);
    assert.deepEqual(
      opsOf(again.requests.at(-1) ?? assert.fail()).map(({ op }) => op),
      ["StepError"],
    );
    for (const given of [
      { handler: failing(new NonRetriableError("canary")), options: {} },
      { handler: failing(new Error("canary")), options: { retries: 0 } },
    ]) {
      const ended = await ask(given.handler, { options: given.options, client: { mode: "production" } });
      assert.equal(ended.answer.status, 500);
      assert.ok(!(await ended.answer.text()).includes("canary"));
      assert.deepEqual(
        opsOf(ended.requests.at(-1) ?? assert.fail()).map(({ op }) => op),
        ["StepFailed"],
      );
    }
  });

  it("refuses a Response of bytes for good, and a request that could not be repeated before anything happens", async () => {
    const bytes = await ask(() => new Response(new Uint8Array([255])));
    assert.equal(bytes.answer.status, 500);
    assert.match(await bytes.answer.text(), /value_invalid|UTF-8/);
    for (const [status, init] of [
      [415, { method: "POST", body: new Uint8Array([255]) }],
      [405, { method: "OPTIONS" }],
    ] as const) {
      const { answer, requests } = await ask(() => assert.fail("was called"), { init });
      assert.equal(answer.status, status);
      assert.equal(requests.length, 0);
    }
  });

  it("takes a request with the header of a run and no signature for one like any other", async () => {
    const { answer, requests } = await ask(() => "new", {
      init: { headers: { "x-run-id": "01J00000000000000000000000" } },
    });
    assert.equal(await answer.json(), "new");
    assert.ok(requests.every(({ body }) => !body.includes("01J00000000000000000000000")));
  });
});
