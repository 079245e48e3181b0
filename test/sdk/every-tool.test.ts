import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { createDefer, eventType, experiment, expression, Holdfast } from "holdfast";
import { createServer } from "holdfast/node";
import { clientOf } from "../kit/run-of.ts";
import { listen } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { hiding } from "./hiding-stage.ts";

const CANARY = "canary-4711";

const placed = eventType<"order/placed", { readonly word: string }>("order/placed");
const answered = eventType<"order/answered", { readonly question: string }>("order/answered");

/** One app with every tool, and what became of its runs. */
function shop(
  server: { readonly url: string; readonly signingKey: string | null; readonly eventKey: string },
  options: {
    readonly isHiding: boolean;
    readonly checkpointing: boolean;
  },
) {
  const client = new Holdfast({
    id: "shop",
    baseUrl: server.url,
    signingKey: server.signingKey ?? "",
    eventKey: server.eventKey,
    checkpointing: options.checkpointing,
    middleware: options.isHiding ? [hiding()] : [],
  });
  const ran: string[] = [];
  const ends = new Map<string, unknown>();

  const survey = createDefer(client, { id: "survey" }, async ({ event, parents }) => {
    ends.set("survey", [event.data, parents.map(({ fnSlug }) => fnSlug)]);
  });

  const double = client.createFunction({ id: "double", retries: 0 }, async ({ event, step }) => {
    const amount = Number(Reflect.get(event.data, "amount"));
    if (amount < 0) throw new TypeError(`less than nothing: ${CANARY}`);
    return step.run("double", (given: number) => given * 2, amount);
  });

  const main = client.createFunction(
    { id: "main", retries: 2, triggers: [{ event: placed }] },
    async ({ event, step, group, defer }) => {
      defer("later", { function: survey, data: { word: event.data.word } });
      const first = await step.run(
        "first",
        (word: string) => {
          ran.push("first");
          return `${word}!`;
        },
        event.data.word,
      );
      const branches = await Promise.all([
        step.run("left", () => "left"),
        step.run("right", () => "right").then((word) => step.run("further", () => `${word} and further`)),
      ]);
      await step.sleep("nap", 20);
      const flaky = await step.run("flaky", () => {
        ran.push("flaky");
        if (ran.filter((name) => name === "flaky").length < 2) throw new Error(`not yet: ${CANARY}`);
        return "at last";
      });
      const caught = await step
        .run({ id: "fails", retries: 0 }, () => {
          throw new RangeError(`never: ${CANARY}`);
        })
        .catch((error: unknown) => error instanceof Error && error.cause instanceof RangeError);
      const doubled = await step.invoke("invoke", { function: double, data: { amount: 21 } });
      const refused = await step
        .invoke("invoke badly", { function: double, data: { amount: -1 } })
        .catch((error: unknown) => (error instanceof Error ? error.message : null));

      const question = 'x" || true || "';
      const waiting = step.waitForEvent("wait", {
        event: answered,
        timeout: "1h",
        // Who hides an event's data hides it from conditions too.
        ...(options.isHiding ? {} : { if: expression`async.data.question == ${question}` }),
      });
      const asking = step.sendEvent("ask", answered.create({ question }));
      const [answer] = await Promise.all([waiting, asking]);

      const any = step.waitForAny("any", {
        events: [{ event: "order/lost" }, { event: "order/found" }],
        timeout: "1d",
      });
      await Promise.all([any, step.sendEvent("found", { name: "order/found", data: { word: CANARY } })]);

      const race = await group.parallel(() =>
        Promise.race([step.run("fast", () => "fast"), step.sleep("slow", "1s").then(() => "slow")]),
      );
      const { result: variant } = await group.experiment("price", {
        variants: { low: () => step.run("low", () => 5), high: () => step.run("high", () => 9) },
        select: experiment.fixed("high"),
      });
      const [signal] = await Promise.all([
        step.waitForSignal("signal", { signal: "go", timeout: "1h" }),
        (async () => {
          await step.sleep("a moment", 100);
          return step.sendSignal("send signal", { signal: "go", data: { word: CANARY } });
        })(),
      ]);
      const end = {
        first,
        branches,
        flaky,
        caught,
        doubled,
        refused,
        answer: answer?.data.question === question,
        any: (await any)?.name,
        race,
        variant,
        signal: signal?.data,
      };
      ends.set("main", end);
      return end;
    },
  );

  const failing = client.createFunction(
    {
      id: "failing",
      retries: 1,
      triggers: [{ event: "order/broken" }],
      onFailure: async ({ event, error }) => {
        ends.set("failure", [error.message, event.data.event.data]);
      },
    },
    async ({ step }) => step.run("x", () => Promise.reject(new Error(`broken: ${CANARY}`))),
  );
  return { client, ran, ends, functions: [main, double, survey, failing] };
}

for (const isHiding of [false, true]) {
  for (const checkpointing of [true, false]) {
    const mode = `${isHiding ? "hidden" : "in clear"}, ${checkpointing ? "with" : "without"} checkpoints`;
    test(`every tool does what it says against the real server (${mode})`, async () => {
      await using server = await startTestServer();
      const { client, ran, ends, functions } = shop(server, { isHiding, checkpointing });
      await using app = await serveApp(createServer({ client, functions }));
      await clientOf(server).syncApp(app.url);

      await client.send([placed.create({ word: CANARY }), { name: "order/broken", data: { word: CANARY } }]);
      const facts = (): string => JSON.stringify([ran, [...ends]]);
      await until("all three have ended", () => ends.size === 3, { facts });
      assert.deepEqual(ends.get("main"), {
        first: `${CANARY}!`,
        branches: ["left", "right and further"],
        flaky: "at last",
        caught: true,
        doubled: 42,
        refused: `less than nothing: ${CANARY}`,
        answer: true,
        any: "order/found",
        race: "fast",
        variant: 9,
        signal: { word: CANARY },
      });
      assert.deepEqual(ends.get("survey"), [{ word: CANARY }, ["shop-main"]]);
      assert.deepEqual(ends.get("failure"), [`broken: ${CANARY}`, { word: CANARY }]);
      assert.deepEqual(ran, ["first", "flaky", "flaky"]);

      await server.stop();
      assert.equal(await holds(server.dataDir, CANARY), !isHiding, "what the server has on its disk");
    });
  }
}

/** An app that listens, until it is disposed of. */
async function serveApp(app: Server): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await listen(app, 0);
  return {
    url: `http://127.0.0.1:${port}/api/inngest`,
    async [Symbol.asyncDispose]() {
      app.close();
      app.closeAllConnections();
      await once(app, "close");
    },
  };
}

/** Whether any file under a folder holds a text. */
async function holds(folder: string, text: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (bytes.includes(text)) return true;
  }
  return false;
}
