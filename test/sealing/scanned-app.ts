import { once } from "node:events";
import { createServer } from "node:http";
import type { EventId } from "@holdfast/protocol";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import type { Logger } from "holdfast";
import { createDefer, Holdfast, NonRetriableError } from "holdfast";
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
  const server = stack.use(await startTestServer());
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
  const functions = createFunctions(client, canaries, provider.origin, (value, came) => {
    if (JSON.stringify(came).includes(JSON.stringify(canaries[value].text))) seen.add(value);
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

type See = (value: ScanValue, came: unknown) => void;

/** Functions in which every value of the list goes out, and comes back where it can. */
function createFunctions(
  client: Holdfast,
  canaries: ScanCanaries,
  provider: string,
  see: See,
): Parameters<typeof serve>[0]["functions"] {
  const child = client.createFunction({ id: "child", retries: 0 }, ({ event }) => {
    see("invoke payload", event.data);
    return { note: canaries["invoked output"].text };
  });
  const failingChild = client.createFunction({ id: "failing-child", retries: 0 }, () => {
    throw new NonRetriableError(canaries["invoked error message"].text);
  });
  const deferred = createDefer(client, { id: "deferred", retries: 0 }, ({ event }) => {
    see("deferred input", event.data);
    return { note: canaries["deferred output"].text };
  });
  const main = client.createFunction(
    { id: "main", retries: 0, triggers: { event: "scan/started" } },
    async ({ event, step, group, defer, logger }) => {
      see("event field", event.data);
      logger.info(canaries.log.text);
      const result = await step.run(
        "result",
        (input: string) => {
          see("step input", input);
          return { note: canaries["step result"].text };
        },
        canaries["step input"].text,
      );
      see("step result", result);
      const both = await group.parallel(() =>
        Promise.all(["one", "two"].map((id) => step.run(id, () => canaries["parallel result"].text))),
      );
      see("parallel result", both);

      const fault = await step
        .run("fault", () => Promise.reject(createFault(canaries)))
        .catch((error: unknown) => error);
      see("caught error message", messagesOf(fault));
      see("caught error cause", messagesOf(fault));
      see(
        "invoked output",
        await step.invoke("child", { function: child, data: { note: canaries["invoke payload"].text } }),
      );
      const refused = await step
        .invoke("failing-child", { function: failingChild })
        .catch((error: unknown) => error);
      see("invoked error message", messagesOf(refused));

      defer("deferred", { function: deferred, data: { note: canaries["deferred input"].text } });
      await step.sendEvent("tell", [
        { name: "scan/told", data: { note: canaries["event sent by a step"].text } },
      ]);
      const later = await step.waitForEvent("later", { event: "scan/later", timeout: "1m" });
      see("later event field", later?.data);
      const signal = await step.waitForSignal("signal", { signal: "scan-one", timeout: "1m" });
      see("signal data", signal?.data);
      await step.sendSignal("wake", {
        signal: "scan-two",
        data: { note: canaries["signal data from a step"].text },
      });
      return { note: canaries["function output"].text };
    },
  );
  const waiting = client.createFunction(
    { id: "waiting", retries: 0, triggers: { event: "scan/started" } },
    async ({ step }) => {
      const signal = await step.waitForSignal("signal", { signal: "scan-two", timeout: "1m" });
      see("signal data from a step", signal?.data);
    },
  );
  const told = client.createFunction({ id: "told", triggers: { event: "scan/told" } }, ({ event }) => {
    see("event sent by a step", event.data);
  });
  const batch = client.createFunction(
    { id: "batch", triggers: { event: "scan/batched" }, batchEvents: { maxSize: 2, timeout: "10s" } },
    ({ events }) => {
      see(
        "batched event field",
        events.map(({ data }) => data),
      );
    },
  );
  const publishing = client.createFunction(
    { id: "publishing", retries: 0, triggers: { event: "scan/started" } },
    async ({ step }) => {
      const message = { note: canaries["realtime message from a step"].text };
      await step.realtime.publish("publish", { channel: "scan", topic: "news" }, message);
    },
  );
  const asking = client.createFunction(
    { id: "asking", retries: 0, triggers: { event: "scan/started" } },
    async ({ step }) => {
      const query = encodeURIComponent(canaries["fetched query"].text);
      // A header holds no line breaks; a mark of the canary is as good.
      const [note = ""] = canaries["fetched header"].marks;
      const response = await step.fetch(`${provider}/ask?q=${query}`, {
        method: "POST",
        headers: { "x-note": note },
        body: canaries["fetched body"].text,
      });
      see("fetched answer", await response.text());
      const [apiKey = ""] = canaries["provider's key"].marks;
      const model = step.ai.models.openai({ model: "large", apiKey, baseUrl: provider });
      const messages = [{ role: "user", content: canaries["model's prompt"].text }];
      see("model's answer", await step.ai.infer("infer", { model, body: { messages } }));
    },
  );
  const failing = client.createFunction(
    {
      id: "failing",
      retries: 1,
      triggers: { event: "scan/failing" },
      onFailure: ({ error, event }) => {
        see("final error message", [error.message, event.data.error.message]);
        return { note: canaries["failure handler output"].text };
      },
    },
    () => {
      const error = new Error(canaries["final error message"].text, {
        cause: new TypeError(canaries["final error cause"].text),
      });
      error.stack = `Error: somewhere\n    at ${canaries["final error stack"].text} (app.js:1:1)`;
      throw error;
    },
  );
  const throwing = client.createFunction(
    { id: "throwing", retries: 0, triggers: { event: "scan/failing" } },
    () => {
      // What people throw is not always an error.
      // oxlint-disable-next-line typescript/only-throw-error
      throw canaries["thrown text"].text;
    },
  );
  return [main, child, failingChild, deferred, waiting, told, batch, publishing, asking, failing, throwing];
}

/** Of an error, its cause, the cause's cause. */
function messagesOf(error: unknown): readonly string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
}

function createFault(canaries: ScanCanaries): Error {
  const error = new Error(canaries["caught error message"].text, {
    cause: new Error(canaries["caught error cause"].text),
  });
  error.name = canaries["caught error name"].text;
  error.stack = `Error: somewhere\n    at ${canaries["caught error stack"].text} (app.js:1:1)`;
  return Object.assign(error, { data: { note: canaries["member of an error"].text } });
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
