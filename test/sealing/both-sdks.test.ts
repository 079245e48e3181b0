import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId } from "@holdfast/protocol";
import { readEnvelope } from "@holdfast/protocol";
import { staticKeys } from "@holdfast/sealing";
import { sealingMiddleware } from "@holdfast/sealing/inngest";
import { referenceFunction } from "holdfast";
import { runOf, runsOf } from "../kit/run-of.ts";
import { sdkOf, startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { KEYS, startSealingApp } from "./sealing-app.ts";

/*
 * Two apps that share a key, one with the official SDK and one with Holdfast's: what either seals, the other opens, since
 * both name the same places.
 */

const official = sdkOf("v4");

describe("an app with the official SDK and one with Holdfast's, under one key", { timeout: 60_000 }, () => {
  it("open each other's events and invoke each other's functions", async () => {
    await using server = await startTestServer();
    const seen: unknown[] = [];
    await using theirs = await startTestApp({
      server,
      id: "office",
      sdk: "v4",
      adapter: "node",
      clientOptions: {
        checkpointing: false,
        middleware: [
          sealingMiddleware({ keys: staticKeys(KEYS), environment: "production", apps: ["shop"] }),
        ],
      },
      functions: [
        {
          id: "ask",
          handler: async ({ event, step }) => {
            const answer = await step.invoke("ask the shop", {
              function: official.referenceFunction({ appId: "shop", functionId: "answer" }),
              data: { question: event.data["question"] },
            });
            return { theirs: answer };
          },
        },
        { id: "reply", handler: ({ event }) => `${String(event.data["question"])}, says the office` },
        {
          id: "listen",
          triggers: [{ event: "both/told" }],
          handler: ({ event }) => void seen.push(["office", event.data]),
        },
      ],
    });
    await using ours = await startSealingApp(server, (client) => [
      client.createFunction({ id: "answer", triggers: { event: "never/sent" } }, ({ event }) => ({
        answer: `${String(event.data["question"])}, says the shop`,
      })),
      client.createFunction({ id: "ask", triggers: { event: "shop-ask/go" } }, async ({ event, step }) => {
        const reply = await step.invoke("ask the office", {
          function: referenceFunction({ appId: "office", functionId: "reply" }),
          data: { question: event.data["question"] },
        });
        seen.push(["reply", reply]);
        return reply;
      }),
      client.createFunction({ id: "listen", triggers: { event: "both/told" } }, ({ event }) => {
        seen.push(["shop", event.data]);
      }),
    ]);

    const facts = (): string => [...ours.log, ...theirs.log.lines, ...server.log.lines].join("\n");
    const {
      ids: [asked],
    } = await theirs.send({ name: "ask/go", data: { question: "canary" } });
    assert.ok(asked !== undefined);
    const run = await runOf(server, asked, { facts });
    assert.equal(run.status, "Completed", facts());
    assert.equal(readEnvelope(run.output)?.format, "holdfast");

    const sent = await ours.client.send({ name: "shop-ask/go", data: { question: "canary" } });
    // The server's ids are its own.
    const other = await runOf(server, sent.ids[0] as EventId, { facts });
    assert.equal(other.status, "Completed", facts());
    assert.deepEqual(seen, [["reply", "canary, says the office"]]);

    for (const send of [theirs.send.bind(theirs), ours.client.send.bind(ours.client)]) {
      seen.length = 0;
      const { ids } = await send({ name: "both/told", data: { text: "canary" } });
      // The server's ids are its own.
      const runs = await runsOf(server, ids[0] as EventId, 2);
      assert.equal(runs.length, 2);
      await until("both heard", () => seen.length >= 2);
      const heard = seen.map((each) => JSON.stringify(each)).join("\n");
      assert.match(heard, /\["office",\{"text":"canary"\}\]/);
      assert.match(heard, /\["shop",\{"text":"canary"\}\]/);
    }
  });
});
