import type { Holdfast, HoldfastFunction } from "holdfast";
import { createDefer, NonRetriableError } from "holdfast";
import type { ScanCanaries, ScanValue } from "./scan-values.ts";

/** What the functions of a scan are made of. */
export interface ScanParts {
  readonly client: Holdfast;
  readonly canaries: ScanCanaries;
  /** Origin of somebody else, whom the app asks or has the server ask. */
  readonly provider: string;
  /** Takes what came back to the app in place of a value. */
  readonly see: (value: ScanValue, came: unknown) => void;
}

/** Functions in which every value of the list goes out, and comes back where it can. */
export function createScanFunctions(parts: ScanParts): readonly HoldfastFunction[] {
  return [
    ...workingFunctions(parts),
    ...listeningFunctions(parts),
    ...askingFunctions(parts),
    ...failingFunctions(parts),
  ];
}

/** One that goes through nearly every tool, and those it starts. */
function workingFunctions({ client, canaries, see }: ScanParts): readonly HoldfastFunction[] {
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
  return [main, child, failingChild, deferred];
}

/** Those that take what others send. */
function listeningFunctions({ client, see }: ScanParts): readonly HoldfastFunction[] {
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
  return [waiting, told, batch];
}

/** Those that speak to others than the server, or by way of it. */
function askingFunctions({ client, canaries, provider, see }: ScanParts): readonly HoldfastFunction[] {
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
  return [publishing, asking];
}

/** Those that fail for good, each in its own way. */
function failingFunctions({ client, canaries, see }: ScanParts): readonly HoldfastFunction[] {
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
  return [failing, throwing];
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
