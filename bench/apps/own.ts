/**
 * The same workloads on our own SDK, open or with everything sealed.
 *
 * node own.ts --port N --signing-key KEY --server ORIGIN --checkpointing off|default|ten [--sealing-key KEY]
 */
import { parseArgs } from "node:util";
import { sealing, staticKeys } from "@holdfast/sealing";
import type { HoldfastFunction } from "holdfast";
import { Holdfast } from "holdfast";
import { createServer } from "holdfast/node";
import { runOutput, stepName, stepOutput, WORKLOADS, WORKLOAD_NAMES } from "../workloads.ts";
import type { RunInput, WorkloadName } from "../workloads.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "signing-key": { type: "string" },
    server: { type: "string" },
    checkpointing: { type: "string", default: "off" },
    "sealing-key": { type: "string" },
  },
});

const CHECKPOINTING = { off: false, default: true, ten: { bufferedSteps: 10 } } as const;
const port = Number(values.port);
const sealingKey = values["sealing-key"];

const client = new Holdfast({
  id: "bench",
  mode: "production",
  baseUrl: values.server ?? "",
  signingKey: values["signing-key"] ?? "",
  eventKey: "unused",
  serveOrigin: `http://127.0.0.1:${port}`,
  servePath: "/api/inngest",
  // One of the three, by systems/apps.ts.
  checkpointing: CHECKPOINTING[values.checkpointing as keyof typeof CHECKPOINTING],
  middleware:
    sealingKey === undefined ? [] : [sealing({ keys: staticKeys(sealingKey), environment: "bench" })],
});

function define(workload: WorkloadName): HoldfastFunction {
  const { stepCount, parallel } = WORKLOADS[workload];
  return client.createFunction(
    { id: workload, triggers: { event: `bench/${workload}` } },
    async ({ event, step }) => {
      // Sent by the driver (workloads.ts, runInput).
      const { n } = event.data as unknown as RunInput;
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

const http = createServer({ client, functions: WORKLOAD_NAMES.map(define) });
http.on("request", (request, response) => {
  if (request.method === "PUT")
    response.on("finish", () => {
      if (response.statusCode === 200) process.send?.({ kind: "registered" });
    });
});
http.keepAliveTimeout = 120_000;
http.listen(port, "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
