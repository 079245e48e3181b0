/**
 * The same workloads on the official SDK, the way a user writes them.
 *
 * node sdk.ts --port N --signing-key KEY --server ORIGIN --checkpointing off|default|ten
 */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { runOutput, stepName, stepOutput, WORKLOADS, WORKLOAD_NAMES } from "../workloads.ts";
import type { WorkloadName } from "../workloads.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "signing-key": { type: "string" },
    server: { type: "string" },
    checkpointing: { type: "string", default: "off" },
  },
});

const CHECKPOINTING = { off: false, default: true, ten: { bufferedSteps: 10 } } as const;

const client = new Inngest({
  id: "bench",
  isDev: false,
  baseUrl: values.server ?? "",
  signingKey: values["signing-key"] ?? "",
  eventKey: "unused",
  // One of the three, by systems/apps.ts.
  checkpointing: CHECKPOINTING[values.checkpointing as keyof typeof CHECKPOINTING],
});

function define(workload: WorkloadName): ReturnType<typeof client.createFunction> {
  const { stepCount, parallel } = WORKLOADS[workload];
  return client.createFunction(
    { id: workload, triggers: [{ event: `bench/${workload}` }] },
    async ({ event, step }) => {
      // Sent by the driver (workloads.ts, runInput).
      const { n } = event.data as { n: number };
      const steps = Array.from(
        { length: stepCount },
        (_, index) => () => step.run(stepName(index), () => stepOutput(workload, index, n)),
      );
      if (parallel) await Promise.all(steps.map((run) => run()));
      else for (const run of steps) await run();
      return runOutput(workload, n);
    },
  );
}

const port = Number(values.port);
const handler = serve({
  client,
  functions: WORKLOAD_NAMES.map(define),
  serveOrigin: `http://127.0.0.1:${port}`,
  servePath: "/api/inngest",
});

const http = createServer((request, response) => {
  if (request.method === "PUT")
    response.on("finish", () => {
      if (response.statusCode === 200) process.send?.({ kind: "registered" });
    });
  handler(request, response);
});
http.keepAliveTimeout = 120_000;
http.listen(port, "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
