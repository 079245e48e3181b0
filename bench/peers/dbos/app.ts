/** W1 to W3 on the DBOS SDK behind a small HTTP front: one request starts a workflow and answers with its result. */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { isWorkloadName, runOutput, stepName, stepOutput, WORKLOADS } from "../../workloads.ts";
import type { RunInput, WorkloadName } from "../../workloads.ts";

const { values } = parseArgs({ options: { port: { type: "string" }, database: { type: "string" } } });

function workflow(workload: WorkloadName): (input: RunInput) => Promise<Record<string, unknown>> {
  const { stepCount, parallel } = WORKLOADS[workload];
  const body = async ({ n }: RunInput): Promise<Record<string, unknown>> => {
    const steps = Array.from(
      { length: stepCount },
      (_, index) => () => DBOS.runStep(async () => stepOutput(workload, index, n), { name: stepName(index) }),
    );
    if (parallel) await Promise.all(steps.map((step) => step()));
    else for (const step of steps) await step();
    return runOutput(workload, n);
  };
  return DBOS.registerWorkflow(body, { name: workload });
}

const workflows = { w1: workflow("w1"), w2: workflow("w2"), w3: workflow("w3") };

DBOS.setConfig({ name: "bench", systemDatabaseUrl: values.database ?? "", logLevel: "error" });
await DBOS.launch();

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (text += chunk));
  request.on("end", () => {
    run((request.url ?? "").slice(1), text).then(
      (output) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(output)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
});

async function run(name: string, text: string): Promise<unknown> {
  if (!isWorkloadName(name)) throw new Error(`No workflow "${name}".`);
  const handle = await DBOS.startWorkflow(workflows[name])(JSON.parse(text) as RunInput);
  return await handle.getResult();
}

server.keepAliveTimeout = 120_000;
server.listen(Number(values.port), "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
