/**
 * An app on the official SDK whose functions share a server: one that is called now and then, and two that flood. It
 * tells its parent the instant of each of the quiet function's calls, and how many calls of the others have begun.
 *
 * node neighbours.ts --port N --signing-key KEY --server ORIGIN --functions quiet,limited,unlimited
 */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { NOISES } from "../fairness/noises.ts";
import { monotonicMs } from "../fairness/monotonic.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "signing-key": { type: "string" },
    server: { type: "string" },
    functions: { type: "string", default: "" },
  },
});

/** How often the count of noisy calls is told. */
const REPORT_MS = 50;

const client = new Inngest({
  // Apps are told apart by their id, and each is an app of its own when their functions are split up.
  id: `bench-${(values.functions ?? "").replaceAll(",", "-")}`,
  isDev: false,
  baseUrl: values.server ?? "",
  signingKey: values["signing-key"] ?? "",
  eventKey: "unused",
  checkpointing: false,
});

let noisyCount = 0;

function define(name: string): ReturnType<typeof client.createFunction> {
  if (name === "quiet") {
    return client.createFunction({ id: name, triggers: [{ event: "bench/quiet" }] }, ({ event }) => {
      const at = monotonicMs();
      // Sent by fairness/quiet-calls.ts.
      const { n } = event.data as { n: number };
      process.send?.({ kind: "called", n, at });
      return { ok: true };
    });
  }
  const noise = NOISES.find((candidate) => candidate.name === name);
  if (noise === undefined) throw new Error(`There is no function "${name}".`);
  const limits = noise.concurrency === null ? {} : { concurrency: noise.concurrency };
  return client.createFunction({ id: name, triggers: [{ event: `bench/${name}` }], ...limits }, async () => {
    noisyCount += 1;
    await sleep(noise.callMs);
    return { ok: true };
  });
}

const port = Number(values.port);
const handler = serve({
  client,
  functions: (values.functions ?? "").split(",").map(define),
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

let toldCount = 0;
setInterval(() => {
  if (noisyCount !== toldCount) process.send?.({ kind: "noisy", count: noisyCount });
  toldCount = noisyCount;
}, REPORT_MS);
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
