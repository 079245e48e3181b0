/** W1 to W3 on the Restate SDK, served over HTTP/2. node app.ts --port N */
import { createServer } from "node:http2";
import { parseArgs } from "node:util";
import { createEndpointHandler, RestatePromise, service } from "@restatedev/restate-sdk";
import type { Context } from "@restatedev/restate-sdk";
import { runOutput, stepName, stepOutput, WORKLOADS } from "../../workloads.ts";
import type { RunInput, WorkloadName } from "../../workloads.ts";

function handler(
  workload: WorkloadName,
): (ctx: Context, input: RunInput) => Promise<Record<string, unknown>> {
  const { stepCount, parallel } = WORKLOADS[workload];
  return async (ctx, { n }) => {
    const steps = Array.from(
      { length: stepCount },
      (_, index) => () => ctx.run(stepName(index), async () => stepOutput(workload, index, n)),
    );
    if (parallel) await RestatePromise.all(steps.map((step) => step()));
    else for (const step of steps) await step();
    return runOutput(workload, n);
  };
}

const bench = service({
  name: "bench",
  handlers: { w1: handler("w1"), w2: handler("w2"), w3: handler("w3") },
});

const { values } = parseArgs({ options: { port: { type: "string" } } });
const server = createServer(createEndpointHandler({ services: [bench] }));
server.listen(Number(values.port), "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
