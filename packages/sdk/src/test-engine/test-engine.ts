import { hasEnded, HoldfastError } from "@holdfast/protocol";
import type { EventPayload } from "../events/contract.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";
import type { ServedApp } from "../serve/served-app.ts";
import { AppWatch } from "./app-watch.ts";
import { callApp } from "./call-app.ts";
import { clientFor } from "./client-for.ts";
import { CapturedLogs } from "./captured-logs.ts";
import { connectClient } from "./connect-client.ts";
import type { ConnectedClient } from "./connect-client.ts";
import type {
  Instant,
  RunHistory,
  Span,
  StartedRun,
  StartOptions,
  TestEngine,
  TestEngineOptions,
  TestLog,
  TestRun,
} from "./contract.ts";
import { inProcessFetch, nothingOutside } from "./in-process-fetch.ts";
import { instantMs, spanMs } from "./instants.ts";
import { loadServer } from "./load-server.ts";
import { Outbound } from "./outbound.ts";
import type { OutboundMessage } from "./outbound.ts";
import type { PlainAnswer, RunReport, ServerCall, ServerPort } from "./server-port.ts";
import type { StepMock } from "./step-mocks.ts";
import { StepMocks } from "./step-mocks.ts";
import { testRun } from "./test-run.ts";
import { triggerOf } from "./trigger-of.ts";

/** When time begins where a test does not say. */
const START_MS = Date.UTC(2030, 0, 1);
/** How long a run may take, and an event may take to start one. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1000;
const SERVER_ORIGIN = "https://holdfast.test";
const APP_URL = "https://app.test/api/holdfast";

/** What an engine may be given beside its options, from this package. */
export interface EngineHooks {
  /** Stands in the place of the execution of calls. */
  readonly execute?: ServedApp["execute"];
}

/**
 * Runs an app against a whole server, in this process and on virtual time: retries, failure handlers, sleeps, waits,
 * signals, invokes, cancellation, flow control, cron, debounces and batches do what they do in production, since it is the
 * same code; the app is called through its own handler, signed and verified. Time stands still while anybody works. Nothing
 * is random: the same test takes the same course each time.
 *
 * @example
 * ```ts
 * await using engine = await createTestEngine({ functions: [ship] });
 * const run = await engine.run(ship, { data: { order: "A-7" } });
 * assert.equal(run.status, "Completed");
 * assert.deepEqual(run.steps.map(({ id, attempts }) => [id, attempts]), [["charge", 2], ["wait a month", 0]]);
 * ```
 *
 * @throws HoldfastError `dependency_missing` without `@holdfast/server`; `conflict` while another engine has the client;
 *   `config_invalid` when the server refuses what the app registers.
 */
export async function createTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  return startEngine(options);
}

/** A test engine whose network and app are watched. */
export async function startEngine(
  options: TestEngineOptions,
  hooks: EngineHooks = {},
): Promise<RunningEngine> {
  const { createInProcessServer } = await loadServer();
  const outbound = new Outbound();
  const mocks = new StepMocks();
  const watch = new AppWatch(mocks);
  const seed = options.seed ?? "holdfast";
  const outside = options.fetch ?? nothingOutside;
  let connected: ConnectedClient | null = null;

  const deliver = (call: ServerCall): Promise<PlainAnswer> => {
    if (connected === null) return Promise.reject(new Error("The app is not up."));
    return callApp(call, connected.handler, outbound, () => server.now());
  };
  const keys = testKeys();
  const server = await createInProcessServer({
    call: (call) => {
      if (!call.url.startsWith(APP_URL)) return fetchOutside(call, outside);
      return deliver(call);
    },
    start: options.start === undefined ? START_MS : instantMs(options.start),
    seed,
    ...keys,
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    ...(options.hangingMs === undefined ? {} : { hangingMs: options.hangingMs }),
  });
  const logs = new CapturedLogs(() => server.now());
  try {
    connected = connectClient({
      client: clientFor(options),
      functions: options.functions,
      serverOrigin: SERVER_ORIGIN,
      appUrl: APP_URL,
      ...keys,
      world: {
        now: () => server.now(),
        after: (ms, act) => server.after(ms, act),
        random: (count) => server.random(count),
        fetch: inProcessFetch({ server, serverOrigin: SERVER_ORIGIN, outbound, outside }),
      },
      logger: logs.logger(),
      middleware: () => watch.middleware(),
      ...(hooks.execute === undefined ? {} : { execute: hooks.execute }),
    });
    const outcome = await server.sync(APP_URL);
    if (!outcome.ok) {
      throw new HoldfastError(
        "config_invalid",
        `Cannot start the test engine: the server refuses what the app registers (${outcome.code}). ${outcome.message}`,
      );
    }
  } catch (error) {
    connected?.release();
    await server.close();
    throw error;
  }
  return new RunningEngine({ server, connected, outbound, mocks, watch, logs });
}

interface Parts {
  readonly server: ServerPort;
  readonly connected: ConnectedClient;
  readonly outbound: Outbound;
  readonly mocks: StepMocks;
  readonly watch: AppWatch;
  readonly logs: CapturedLogs;
}

/** The engine, once everything is up. */
export class RunningEngine implements TestEngine {
  readonly #parts: Parts;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  now(): Date {
    return new Date(this.#parts.server.now());
  }

  async send(events: EventPayload | readonly EventPayload[]): Promise<readonly string[]> {
    const { connected, server, watch } = this.#parts;
    const ids = await server.track(connected.send(events));
    watch.notByApp(ids);
    return ids;
  }

  async run<Input, Output>(
    fn: HoldfastFunction<Input, Output>,
    options: StartOptions<Input> = {},
  ): Promise<TestRun<Output>> {
    return this.end(await this.start(fn, options));
  }

  async start<Input, Output>(
    fn: HoldfastFunction<Input, Output>,
    options: StartOptions<Input> = {},
  ): Promise<StartedRun<Output>> {
    const record = recordOf(fn);
    const trigger = options.event ?? triggerOf(record);
    const eventId = await (trigger === null
      ? this.#invoke(record.id, record.slug, options.data)
      : this.#sendOne({ ...trigger, ...(options.data === undefined ? {} : { data: options.data }) }));
    return { id: await this.#runOf(eventId, record.slug), functionId: fn.id };
  }

  async end<Output>(run: StartedRun<Output>): Promise<TestRun<Output>> {
    const { server } = this.#parts;
    const report = await this.#report(run.id);
    // A run that was skipped ended without anything happening.
    if (!hasEnded(report.status)) {
      const progress = await server.goOnUntil(() => server.hasEnded(run.id), server.now() + LONGEST_MS);
      if (progress !== "held") {
        throw stuck(progress, this.#shown<Output>(await this.#report(run.id)));
      }
    }
    return this.look(run);
  }

  async look<Output>(run: StartedRun<Output>): Promise<TestRun<Output>> {
    return this.#shown<Output>(await this.#report(run.id));
  }

  async settle(): Promise<void> {
    await this.#parts.server.settle();
  }

  async advance(span: Span): Promise<void> {
    const { server } = this.#parts;
    await server.advanceTo(server.now() + spanMs(span));
  }

  async advanceTo(instant: Instant): Promise<void> {
    await this.#parts.server.advanceTo(instantMs(instant));
  }

  async runs<Output = unknown>(fn?: HoldfastFunction<unknown, Output>): Promise<readonly TestRun<Output>[]> {
    const slug = fn === undefined ? undefined : recordOf(fn).slug;
    const reports = await this.#parts.server.runs(slug);
    return reports.map((report) => this.#shown<Output>(report));
  }

  async signal(name: string, data: unknown = null): Promise<string | null> {
    const { connected, server } = this.#parts;
    return server.track(connected.signal(name, data));
  }

  async cancel(run: StartedRun): Promise<boolean> {
    return (await this.#parts.server.cancel(run.id)) === "cancelled";
  }

  async pause(fn: HoldfastFunction): Promise<boolean> {
    return this.#parts.server.pause(recordOf(fn).slug);
  }

  async resume(fn: HoldfastFunction): Promise<boolean> {
    return this.#parts.server.resume(recordOf(fn).slug);
  }

  mock(fn: HoldfastFunction, stepId: string, replacement: unknown): StepMock {
    return this.#parts.mocks.put(fn.id, stepId, replacement);
  }

  get sent(): readonly EventPayload[] {
    return this.#parts.watch.sent;
  }

  get outbound(): readonly OutboundMessage[] {
    return this.#parts.outbound.messages;
  }

  assertNothingLeaks(canary: string): void {
    this.#parts.outbound.assertNothingLeaks(canary);
  }

  async history(run: StartedRun): Promise<RunHistory> {
    const { watch } = this.#parts;
    const { error, events, id, memos, output, slug, status } = await this.#report(run.id);
    return {
      function: slug,
      runId: id,
      events,
      steps: memos.map((step) => ({ ...step, name: watch.nameOf(step.id) })),
      ...(hasEnded(status) ? { end: { status, output, error } } : {}),
    };
  }

  get logs(): readonly TestLog[] {
    return this.#parts.logs.all;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.connected.release();
    await this.#parts.server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #report(runId: string): Promise<RunReport> {
    const report = await this.#parts.server.report(runId);
    if (report === null) throw new HoldfastError("not_found", `Run not found: ${runId}`);
    return report;
  }

  #shown<Output>(report: RunReport): TestRun<Output> {
    const { connected, logs, watch } = this.#parts;
    return testRun<Output>(report, {
      isSealing: connected.isSealing,
      watch,
      logs: logs.of(report.id),
    });
  }

  async #sendOne(event: EventPayload): Promise<string> {
    const [id] = await this.send(event);
    if (id === undefined) throw new HoldfastError("internal_error", "The server gave no id for an event.");
    return id;
  }

  /** Starts a function that no event of its own starts. */
  async #invoke(functionId: string, slug: string, data: unknown): Promise<string> {
    const { connected, server } = this.#parts;
    return server.track(connected.invoke(functionId, slug, data));
  }

  /** The run that an event starts: at once, or when a debounce or a batch is over. */
  async #runOf(eventId: string, slug: string): Promise<string> {
    const { server } = this.#parts;
    const limit = server.now() + LONGEST_MS;
    for (;;) {
      const [runId] = await server.runsOf(eventId, slug);
      if (runId !== undefined) return runId;
      const before = server.runCount;
      const progress = await server.goOnUntil(() => server.runCount > before, limit);
      if (progress !== "held") {
        throw new HoldfastError(
          "test_run_stuck",
          `The event started no run of ${slug}: its filter does not hold, a limit has no room, or the event came twice.`,
          { next: "Look at the function's triggers and limits, and at the data of the event." },
        );
      }
    }
  }
}

function recordOf(fn: HoldfastFunction) {
  const [record] = recordsOf(fn);
  if (record === undefined) throw new HoldfastError("internal_error", `The function ${fn.id} has no record.`);
  return record;
}

function stuck(progress: "nothing_left" | "limit" | "hanging", run: TestRun): HoldfastError {
  const open = run.steps
    .filter(({ status }) => status === "WAITING" || status === "RUNNING" || status === "QUEUED")
    .map(({ id, op, status }) => `"${id}" (${op ?? "step"}, ${status})`);
  const why = {
    nothing_left: "nothing is due any more that could wake it",
    limit: "it has not ended within a year",
    hanging: "its code does nothing, and waits for no timer of its own",
  }[progress];
  return new HoldfastError(
    "test_run_stuck",
    `Run ${run.id} of ${run.functionId} does not end: ${why}. It is ${run.status}${open.length === 0 ? "" : `; open steps: ${open.join(", ")}`}.`,
  );
}

async function fetchOutside(
  { body, headers, method, url }: ServerCall,
  outside: (request: Request) => Response | Promise<Response>,
): Promise<PlainAnswer> {
  const answer = await outside(new Request(url, { method, headers, ...(body === null ? {} : { body }) }));
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

/** Keys that are good in a test and nowhere else. They are no secret: the tests of everybody have them. */
function testKeys(): { readonly signingKeys: readonly string[]; readonly eventKeys: readonly string[] } {
  return { signingKeys: [`signkey-test-${"5e".repeat(32)}`], eventKeys: ["test-event-key"] };
}
