import { once } from "node:events";
import { createServer } from "node:http";
import type { EventId } from "@holdfast/protocol";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import type { Logger } from "holdfast";
import { Holdfast } from "holdfast";
import { serve } from "holdfast/node";
import type { CapturedLog } from "../kit/captured-log.ts";
import { createCapturedLog } from "../kit/captured-log.ts";
import { startListener } from "../kit/listener.ts";
import { clientOf } from "../kit/run-of.ts";
import { listen } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { WireTap } from "../kit/wire-tap.ts";
import { startWireTap } from "../kit/wire-tap.ts";
import { createScanFunctions } from "./scan-functions.ts";
import type { ScanCanaries, ScanValue } from "./scan-values.ts";

const APP = "scan";
const PATH = "/api/holdfast";

/** How the app and the server talk about a run. */
export interface ScanMode {
  readonly checkpointing: boolean;
  readonly streaming: boolean;
}

/** An app, a server, and a tap on each of the ways between them. */
export interface ScannedApp extends AsyncDisposable {
  readonly client: Holdfast;
  readonly server: TestServer;
  readonly taps: readonly WireTap[];
  readonly log: CapturedLog;
  /** Values that came back to the app as they had left it. */
  readonly seen: ReadonlySet<ScanValue>;
}

/** Starts it all, with a server whose data lie in files. */
export async function startScannedApp(
  mode: ScanMode,
  canaries: ScanCanaries,
  isSealing: boolean,
): Promise<ScannedApp> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startTestServer({ logLevel: "debug" }));
  const toServer = stack.use(await startWireTap("app to server", () => server.port));
  const log = createCapturedLog();
  const client = new Holdfast({
    id: APP,
    baseUrl: toServer.origin,
    eventKey: server.eventKey,
    ...(server.signingKey === null ? {} : { signingKey: server.signingKey }),
    mode: "production",
    checkpointing: mode.checkpointing,
    streaming: mode.streaming,
    logger: loggerTo(log),
    middleware: isSealing ? [sealing({ keys: staticKeys(newKeyRing()), environment: "scan" })] : [],
  });
  const seen = new Set<ScanValue>();
  // Somebody else, whom the app asks, or has the server ask.
  const provider = stack.use(
    await startListener(({ url }) => ({
      status: 200,
      body: url.startsWith("/ask")
        ? canaries["fetched answer"].text
        : JSON.stringify({
            choices: [{ message: { role: "assistant", content: canaries["model's answer"].text } }],
          }),
    })),
  );
  const functions = createScanFunctions({
    client,
    canaries,
    provider: provider.origin,
    see(value, came) {
      if (JSON.stringify([came]).includes(JSON.stringify(canaries[value].text))) seen.add(value);
    },
  });
  const http = createServer(serve({ client, functions, streaming: mode.streaming }));
  const port = await listen(http, 0);
  stack.defer(async () => {
    http.close();
    http.closeAllConnections();
    await once(http, "close");
  });
  const toApp = stack.use(await startWireTap("server to app", () => port));
  await clientOf(server).syncApp(`${toApp.origin}${PATH}`);
  const held = stack.move();
  return {
    client,
    server,
    taps: [toServer, toApp],
    log,
    seen,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function newKeyRing(): Parameters<typeof staticKeys>[0] {
  return { active: newSealingKey(), decryptOnly: [], revoked: [] };
}

/** Sends what starts everything, and waits until it has all come to an end. */
export async function runScan({ client, server, seen }: ScannedApp, canaries: ScanCanaries): Promise<void> {
  const api = clientOf(server);
  const note = (value: ScanValue): { readonly note: string } => ({ note: canaries[value].text });
  const { ids } = await client.send([
    { name: "scan/started", data: note("event field") },
    { name: "scan/failing", data: note("event field") },
    { name: "scan/batched", data: note("batched event field") },
    { name: "scan/batched", data: note("batched event field") },
  ]);
  // A server without realtime refuses; what counts is what the app wrote.
  await client.realtime
    .publish({ channel: "scan", topic: "news", data: note("realtime message") })
    .catch(() => null);

  const started = await runsAt(server, ids, 0, 4);
  const failed = await runsAt(server, ids, 1, 2);
  await until("the run waits for a later event", async () => {
    await client.send({ name: "scan/later", data: note("later event field") });
    return seen.has("later event field");
  });
  await until("the run takes its signal", async () => {
    const { runId } = await client.sendSignal({ signal: "scan-one", data: note("signal data") });
    return runId !== null;
  });
  for (const run of [...started, ...failed]) {
    await until(`run ${run} has ended`, async () => {
      const { status } = await api.run(run);
      return ["Completed", "Failed", "Cancelled"].includes(status);
    });
  }
  await until("what was started on the side has come to its end", () =>
    (["deferred input", "event sent by a step", "batched event field", "final error message"] as const).every(
      (value) => seen.has(value),
    ),
  );
}

async function runsAt(
  server: TestServer,
  ids: readonly string[],
  index: number,
  count: number,
): Promise<readonly Parameters<ReturnType<typeof clientOf>["run"]>[0][]> {
  // The server made these ids.
  const id = ids[index] as EventId;
  const runs = await until(`event ${id} has ${count} runs`, async () => {
    const found = await clientOf(server).eventRuns(id);
    return found.length >= count && found;
  });
  return runs.map((run) => run.run_id);
}

function loggerTo(log: CapturedLog): Logger {
  const write = (...words: readonly unknown[]): void => log.write(words.map(String).join(" "));
  return { debug: write, info: write, warn: write, error: write };
}
