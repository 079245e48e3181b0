import assert from "node:assert/strict";
import type { Sdk, StepTools } from "../kit/function-spec.ts";
import { assertFailed } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

/** Tools of the SDKs whose ops this version does not have, and the op that must be named. */
const TOOLS: readonly { tool: string; op: string; use: (step: StepTools, sdk: Sdk) => Promise<unknown> }[] = [
  {
    tool: "step.waitForEvent()",
    op: "WaitForEvent",
    use: (step) => step.waitForEvent("wait", { event: "some/event", timeout: "1h" }),
  },
  {
    tool: "step.invoke()",
    op: "InvokeFunction",
    use: (step, sdk) =>
      step.invoke("call", {
        function: sdk.referenceFunction({ functionId: "other", appId: "app" }),
        data: {},
      }),
  },
  {
    tool: "step.waitForSignal()",
    op: "WaitForSignal",
    use: (step) => step.waitForSignal("wait", { signal: "some signal", timeout: "1h", onConflict: "fail" }),
  },
  { tool: "step.fetch()", op: "Gateway", use: (step) => step.fetch("http://127.0.0.1:9/") },
  {
    tool: "step.ai.infer()",
    op: "AIGateway",
    use: (step) =>
      step.ai.infer("ask", {
        model: step.ai.models.openai({ model: "some-model", apiKey: "none" }),
        body: { messages: [{ role: "user", content: "hello" }] },
      }),
  },
];

const STORIES: readonly Story[] = TOOLS.map(({ tool, op, use }) => ({
  title: `${tool} fails the run at once, and the error names the op`,
  write: (sdk) => {
    const id = `uses-${op.toLowerCase()}`;
    const ran: string[] = [];
    return {
      functions: [
        {
          id,
          handler: async ({ step }) => {
            await step.run("before", () => {
              ran.push("before");
            });
            await use(step, sdk);
            ran.push("after");
          },
        },
      ],
      async tell({ run }) {
        assertFailed(await run(id), "NotSupportedYet", new RegExp(`"${op}".*does not support`, "i"));
        assert.deepEqual(ran, ["before"]);
      },
    };
  },
}));

tellStories("capabilities of later versions", SDK_CELLS, STORIES);
