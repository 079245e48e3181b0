import assert from "node:assert/strict";
import { it } from "node:test";
import { Holdfast } from "../client/client.ts";
import { createTestEngine } from "./test-engine.ts";

it("a run is seen to its end: its output, its steps, their attempts", async () => {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: { debug() {}, info() {}, warn() {}, error() {} } });
  const ship = client.createFunction(
    { id: "ship", triggers: { event: "order/paid" } },
    async ({ event, step, logger }) => {
      const label = await step.run("label", () => `label of ${String((event.data as any).order)}`);
      logger.info("labelled", label);
      await step.sleep("a month", "30d");
      return { label };
    },
  );
  await using engine = await createTestEngine({ client, functions: [ship] });
  const run = await engine.run(ship, { data: { order: "A-7" } } as any);
  console.log(run, run.steps, run.logs);
  console.log(engine.outbound.map((m) => m.what + " " + m.body));
});
