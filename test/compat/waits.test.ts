import assert from "node:assert/strict";
import { until } from "../kit/until.ts";
import { assertCompleted } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

const STORIES: readonly Story[] = [
  {
    title: "step.waitForEvent() goes on with the event that matches, and null when none comes",
    write: () => ({
      functions: [
        {
          id: "waits",
          handler: async ({ step }) => {
            const paid = await step.waitForEvent("paid", {
              event: "order/paid",
              timeout: "1h",
              if: "event.data.id == async.data.id",
            });
            const missed = await step.waitForEvent("missed", { event: "never/sent", timeout: "1s" });
            return { paid, missed };
          },
        },
      ],
      async tell({ app, end, runs, send }) {
        const [run] = await runs(await send("waits", { id: "a1" }));
        assert.ok(run);
        await until("the run waits", () => app.calls("waits").some((call) => call.status !== 0));
        await app.send({ name: "order/paid", data: { id: "other" } });
        await app.send({ name: "order/paid", data: { id: "a1", amount: 7 } });
        const output = (await end(run)).output as { paid: { data: unknown; name: string }; missed: unknown };
        assert.deepEqual(
          [output.paid.name, output.paid.data, output.missed],
          ["order/paid", { id: "a1", amount: 7 }, null],
        );
      },
    }),
  },
  {
    title: "step.invoke() gives the child's result",
    write: (sdk) => ({
      functions: [
        { id: "child", handler: ({ event }) => ({ doubled: Number(event.data["n"]) * 2 }) },
        {
          id: "parent",
          handler: ({ step }) =>
            step.invoke("call", {
              function: sdk.referenceFunction({ functionId: "child" }),
              data: { n: 21 },
            }),
        },
      ],
      async tell({ run }) {
        assertCompleted(await run("parent"), { doubled: 42 });
      },
    }),
  },
];

tellStories("steps that wait", SDK_CELLS, STORIES);
