import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { assertCompleted } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

function functions(ran: string[]): readonly FunctionSpec[] {
  return [
    {
      id: "basic",
      handler: async ({ event, step, attempt }) => {
        const name = await step.run("read", () => {
          ran.push(`read ${attempt}`);
          if (attempt === 0) throw new Error("once more");
          return String(event.data["name"]);
        });
        const letters = await Promise.all([
          step.run("first", () => name.at(0)),
          step.run("last", () => name.at(-1)),
        ]);
        await step.sleep("nap", "1s");
        return letters.join("");
      },
    },
  ];
}

describe("development mode", { concurrency: true, timeout: 60_000 }, () => {
  for (const cell of CELLS) {
    for (const register of ["server", "app"] as const) {
      it(`the basic story needs no keys: ${cell.name}, registered by the ${register}`, async () => {
        const ran: string[] = [];
        await using server = await startTestServer({ mode: "dev" });
        await using app = await startTestApp({ server, ...cell, functions: functions(ran), register });
        assertCompleted(await createScene(cell, server, app).run("basic", { name: "holdfast" }), "ht");
        assert.deepEqual(ran, ["read 0", "read 1"]);
        assert.ok(app.calls("basic").every((call) => call.headers["x-inngest-signature"] === undefined));
      });
    }
  }

  it("events are accepted with any key", async () => {
    await using server = await startTestServer({ mode: "dev" });
    for (const key of ["NO_EVENT_KEY_SET", "anything", "0"]) {
      const answer = await fetch(`${server.url}/e/${key}`, {
        method: "POST",
        body: JSON.stringify({ name: "dev/event" }),
      });
      assert.equal(answer.status, 200);
    }
  });

  it("GET /dev tells an SDK that it is a development server", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const answer = await fetch(`${server.url}/dev`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("x-inngest-server-kind"), "dev");
    assert.equal(typeof (await answer.json()), "object");
  });
});
