import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import type { Holdfast, HoldfastFunction } from "holdfast";
import { createCanary } from "../kit/canaries.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { SERVE_PATH } from "../kit/test-app.ts";
import { createSigningKey, signatureOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { OverheardApp } from "./overheard-app.ts";
import { startOverheardApp } from "./overheard-app.ts";

const METHODS = ["GET", "PUT", "POST", "HEAD", "OPTIONS", "PATCH", "DELETE", "LOCK", "PROPFIND"];
const QUERIES = [
  "",
  "?fnId=shop-work&stepId=step",
  "?fnId=__proto__",
  "?probe=trust",
  "?fnId=%00&stepId=%ff",
];

/** Headers that a stranger may hope for. */
function guesses(): readonly Readonly<Record<string, string>>[] {
  const seconds = Math.floor(Date.now() / 1000);
  return [
    {},
    { "x-inngest-sync-kind": "in_band", "x-inngest-server-kind": "dev" },
    { "x-inngest-signature": `t=${seconds}&s=${"0".repeat(64)}` },
    { "x-inngest-signature": signatureOf("", createSigningKey()) },
    { "x-inngest-signature": "t=&s=", signature: "holdfast=::", "signature-input": "holdfast=()" },
    { authorization: "Bearer signkey-test-00", "x-forwarded-host": "localhost", origin: "http://localhost" },
  ];
}

const BODIES = [
  "",
  "{}",
  '{"event":{}}',
  '{"url":"https://evil.example/"}',
  "{",
  '{"a":1,"a":2}',
  "[".repeat(5000),
];

/** One function whose every trace is a canary, and what of it was touched. */
function watched(canary: string, ran: string[]) {
  return (client: Holdfast): readonly HoldfastFunction[] => [
    client.createFunction(
      { id: "work", name: canary, description: canary, triggers: [{ event: "shop/work" }] },
      ({ step }) => step.run(canary, () => (ran.push("work"), canary)),
    ),
  ];
}

async function work(server: TestServer) {
  const { ids } = await clientOf(server).send({ name: "shop/work", data: {} });
  const [event] = ids;
  assert.ok(event);
  return runOf(server, event);
}

async function watchedApp(server: TestServer): Promise<{ app: OverheardApp; canary: string; ran: string[] }> {
  const ran: string[] = [];
  const canary = createCanary("function").text;
  const app = await startOverheardApp(server, { functions: watched(canary, ran) });
  return { app, canary, ran };
}

describe(
  "strangers who reach an app of our SDK by its address",
  { concurrency: true, timeout: 60_000 },
  () => {
    it("32.E1 run nothing, learn nothing and cause no request, by whatever method, header and body", async () => {
      await using server = await startTestServer();
      const { app, canary, ran } = await watchedApp(server);
      await using _ = app;
      const asked = app.sent.length;
      const answers = new Set<string>();
      for (const method of METHODS) {
        for (const query of QUERIES) {
          for (const headers of guesses()) {
            const isBodiless = method === "GET" || method === "HEAD";
            for (const body of isBodiless ? [""] : BODIES) {
              const answer = await fetch(`${app.origin}${SERVE_PATH}${query}`, {
                method,
                headers,
                ...(isBodiless ? {} : { body }),
              });
              const text = await answer.text();
              const shown = [...answer.headers].filter(
                ([name]) => !/^(date|connection|keep-alive)$/.test(name),
              );
              assert.equal(answer.status, 401, `${method} ${query}`);
              assert.ok(!`${text}${JSON.stringify(shown)}`.includes(canary));
              // The length of what HEAD does not send is the server's to say.
              if (method !== "HEAD") answers.add(JSON.stringify([text, shown]));
            }
          }
        }
      }
      assert.equal(answers.size, 1, [...answers].join("\n"));
      assert.match([...answers][0] ?? "", /Unauthorized/);
      assert.doesNotMatch([...answers][0] ?? "", /js:|holdfast|node|\d\.\d/i);
      assert.equal(app.sent.length, asked);
      assert.deepEqual(ran, []);
      assert.equal((await work(server)).status, "Completed");
    });

    it("32.E1 do not stop it with what is no HTTP, or half of it", async () => {
      await using server = await startTestServer();
      const { app, canary, ran } = await watchedApp(server);
      await using _ = app;
      const head = `POST ${SERVE_PATH}?fnId=shop-work&stepId=step HTTP/1.1\r\nhost: `;
      for (const bytes of [
        `${head}a b\r\ncontent-length: 2\r\n\r\n{}`,
        `${head}\r\ncontent-length: 2\r\n\r\n{}`,
        `${head}[::1\r\ncontent-length: 2\r\n\r\n{}`,
        `${head}x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
        `${head}x\r\nx-inngest-signature: ${"s".repeat(8000)}\r\ncontent-length: 0\r\n\r\n`,
        `GET //[ HTTP/1.1\r\nhost: x\r\n\r\n`,
        `OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n`,
        "\0\0\0\0\r\n\r\n",
      ]) {
        assert.ok(!(await said(app.origin, bytes)).includes(canary), bytes.slice(0, 100));
      }
      assert.deepEqual(ran, []);
      assert.equal((await work(server)).status, "Completed");
      assert.deepEqual(ran, ["work"]);
    });
  },
);

/** Everything that comes back for these bytes. */
function said(origin: string, bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  const socket = connect(Number(new URL(origin).port), "127.0.0.1", () => socket.end(bytes));
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => resolve(text));
  socket.on("close", () => resolve(text));
  return promise;
}
