import type { WireError } from "@holdfast/protocol";
import { toWireError } from "../errors/to-wire-error.ts";
import type { ReceivedEvent } from "../events/contract.ts";
import type { AppWatch, Seen } from "./app-watch.ts";
import type { TestLog, TestRun, TestStep } from "./contract.ts";
import type { RunReport, StepReport } from "./server-port.ts";

/** What is known of a run beside what the server stored. */
export interface AppSide {
  /** Whether the server cannot read what it stored; then values are those that the app saw. */
  readonly isSealing: boolean;
  readonly watch: Pick<AppWatch, "nameOf" | "stepOf" | "endOf" | "eventOf">;
  readonly logs: readonly TestLog[];
}

/** A run as a test reads it. */
export function testRun<Output>(report: RunReport, { isSealing, logs, watch }: AppSide): TestRun<Output> {
  const { attempts, endedAt, id, queuedAt, slug, startedAt, status, steps } = report;
  const result = isSealing ? seen(watch.endOf(id)) : stored(report);
  const event = isSealing ? watch.eventOf(id) : undefined;
  return {
    id,
    functionId: slug,
    status,
    // Whoever wrote the function says what it gives.
    output: result.output as Output | undefined,
    error: result.error,
    attempts,
    // Events come as they were received.
    events: event === undefined ? (report.events as readonly ReceivedEvent[]) : [event],
    steps: steps.map((step) =>
      testStep(step, watch.nameOf(step.id), isSealing ? seen(watch.stepOf(id, step.id)) : stored(step)),
    ),
    logs,
    queuedAt: new Date(queuedAt),
    startedAt: dateOf(startedAt),
    endedAt: dateOf(endedAt),
  };
}

interface Result {
  readonly output: unknown;
  readonly error: WireError | undefined;
}

function testStep(step: StepReport, id: string, { error, output }: Result): TestStep {
  const { attempts, endedAt, name, op, startedAt, status } = step;
  return {
    id,
    name,
    op,
    // The server's words for it are these.
    status: status as TestStep["status"],
    attempts,
    output,
    error,
    startedAt: dateOf(startedAt),
    endedAt: dateOf(endedAt),
  };
}

function stored({ error, output }: Pick<RunReport, "error" | "output">): Result {
  // Errors are stored in this form.
  return { output, error: (error ?? undefined) as WireError | undefined };
}

function seen(end: Seen | undefined): Result {
  switch (end?.kind) {
    case undefined:
      return { output: undefined, error: undefined };
    case "value":
      return { output: end.value, error: undefined };
    case "error":
      return { output: undefined, error: toWireError(end.error) };
  }
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
