import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import { Holdfast, NonRetriableError, StepError } from "holdfast";
import { createServer } from "holdfast/node";
import { clientOf, runOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";

const CANARY = "canary-51d0b8e2";

describe("apps that seal, on a server that accepts sealed payloads only", { timeout: 60_000 }, () => {
  const stage = sharedStage({
    payloads: { mode: "sealed", clearFields: ["userId"], formats: ["holdfast"] },
  });

  it("run from event to result, with inputs, errors, invokes and waits, and let nothing out", async () => {
    const { server } = stage;
    const keys = staticKeys({ active: newSealingKey(), decryptOnly: [], revoked: [] });
    const client = new Holdfast({
      id: "sealed-shop",
      baseUrl: server.url,
      eventKey: server.eventKey,
      ...(server.signingKey === null ? {} : { signingKey: server.signingKey }),
      mode: "production",
      env: "production",
      variables: {},
      middleware: [sealing({ keys, environment: "production", clear: ["userId"] })],
    });
    const child = client.createFunction(
      { id: "child", triggers: { event: "sealed-shop/child" } },
      ({ event }) => ({ got: event.data["secret"] }),
    );
    const parent = client.createFunction(
      { id: "parent", triggers: { event: "sealed-shop/go" }, retries: 0 },
      async ({ event, step }) => {
        const echoed = await step.run("echo", (given: string) => `${given}!`, String(event.data["secret"]));
        const failure = await step
          .run("fails", () => {
            throw new NonRetriableError(`no: ${CANARY}`);
          })
          .catch((error: unknown) => (error instanceof StepError ? error.message : "another error"));
        const invoked: unknown = await step.invoke("child", { function: child, data: { secret: CANARY } });
        const waited = await step.waitForEvent("w", {
          event: "sealed-shop/paid",
          timeout: "10s",
          lookBack: "1h",
          if: "async.data.userId == event.data.userId",
        });
        return { echoed, failure, invoked, waited: waited?.data };
      },
    );
    const http = createServer({ client, functions: [parent, child] });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    try {
      const address = http.address();
      assert.ok(typeof address === "object" && address !== null);
      await clientOf(server).syncApp(`http://127.0.0.1:${address.port}/api/inngest`);
      await client.send({ name: "sealed-shop/paid", data: { userId: "u1", card: CANARY } });
      const { ids } = await client.send({ name: "sealed-shop/go", data: { userId: "u1", secret: CANARY } });
      const [id] = ids;
      assert.ok(id !== undefined);
      const run = await runOf(server, id as Parameters<typeof runOf>[1], {
        facts: () => server.log.lines.slice(-20).join("\n"),
      });
      assert.equal(run.status, "Completed", JSON.stringify(run.output));
      const files = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path).includes(CANARY));
      assert.deepEqual(files, []);
      assert.ok(!server.log.lines.join("").includes(CANARY));
      const [used] = await clientOf(server).sealingKeys();
      assert.match(used?.keyId ?? "", /^[0-9a-f]{12}$/);
      assert.deepEqual(used?.apps, ["sealed-shop"]);
    } finally {
      http.close();
      http.closeAllConnections();
    }
  });
});
