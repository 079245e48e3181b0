import assert from "node:assert/strict";
import { LIMITS } from "@holdfast/protocol";
import { assertCompleted } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

/** Two of these do not fit into a call; each fits into an answer. */
const CHUNK_CHARS = 2.5 * 1024 * 1024;

const STORIES: readonly Story[] = [
  {
    title: "a run whose state has outgrown a call goes on with the state that the app fetches",
    write: () => {
      assert.ok(2 * CHUNK_CHARS > LIMITS.inlineRequestBytes && CHUNK_CHARS < LIMITS.stepOutputBytes);
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "outgrown",
            handler: async ({ step, event }) => {
              const chunk = (name: string): Promise<string> =>
                step.run(name, () => {
                  ran.push(name);
                  return name.repeat(CHUNK_CHARS);
                });
              const one = await chunk("1");
              const two = await chunk("2");
              // What follows is another call, of which the state is no part any more.
              await step.sleep("nap", "1s");
              return [one.length, two.at(-1), event.data["order"]];
            },
          },
        ],
        async tell({ run, app }) {
          assertCompleted(await run("outgrown", { order: 7 }), [CHUNK_CHARS, "2", 7]);
          assert.deepEqual(ran, ["1", "2"]);
          const fetched = app.outgoing.filter(({ method }) => method === "GET").map(({ path }) => path);
          assert.ok(
            fetched.some((path) => /^\/v0\/runs\/\w+\/actions$/.test(path)),
            fetched.join(),
          );
          assert.ok(
            fetched.some((path) => /^\/v0\/runs\/\w+\/batch$/.test(path)),
            fetched.join(),
          );
        },
      };
    },
  },
];

tellStories("large state", SDK_CELLS, STORIES);
