import type { RunId } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import { isObject } from "./exchange.ts";
import type { FunctionRun, Page, RunFilter, StrandedRun, TraceSpan } from "./v2-shapes.ts";

/** What can be asked about runs beside one run by its id. */
export interface RunMethods {
  /** One page of runs, newest first unless the filter says otherwise. */
  runs(filter: RunFilter): Promise<Page<FunctionRun>>;
  /** What happened in a run, as a tree. */
  trace(id: RunId, options?: { readonly includeOutput?: boolean }): Promise<TraceSpan>;
  /** Starts the run's function again for the same events, from the start or from a step. The id is the new run's. */
  rerun(
    id: RunId,
    fromStep?: { readonly stepId: string; readonly input?: readonly unknown[] },
  ): Promise<{ readonly runId: RunId }>;
  /** Runs that stand still. */
  stranded(limit?: number): Promise<readonly StrandedRun[]>;
  /** Wakes a run that stands still, or ends it as failed. */
  rescue(id: RunId, act: "resume" | "fail"): Promise<void>;
}

export function runMethods({ answer, data }: Asking): RunMethods {
  return {
    async runs(filter) {
      const found = await answer({
        purpose: "list runs",
        path: `/v2/runs${queryOf({ ...filter })}`,
        method: "GET",
      });
      return pageOf<FunctionRun>(found);
    },
    async trace(id, { includeOutput = false } = {}) {
      const { rootSpan } = await data<{ readonly rootSpan: TraceSpan }>({
        purpose: `read the trace of run "${id}"`,
        path: `${path("v2", "runs", id, "trace")}${queryOf({ includeOutput })}`,
        method: "GET",
      });
      return rootSpan;
    },
    rerun: (id, fromStep) =>
      data<{ readonly runId: RunId }>({
        purpose: `run "${id}" again`,
        path: path("v2", "runs", id, "rerun"),
        method: "POST",
        body: fromStep === undefined ? {} : { fromStep },
      }),
    stranded: (limit) =>
      data<readonly StrandedRun[]>({
        purpose: "list runs that stand still",
        path: `/v2/runs/stranded${queryOf({ limit })}`,
        method: "GET",
      }),
    async rescue(id, act) {
      await answer({
        purpose: act === "resume" ? `wake run "${id}"` : `end run "${id}" as failed`,
        path: path("v2", "runs", id, "rescue"),
        method: "POST",
        body: { act },
      });
    },
  };
}

type Parameter = string | number | boolean | readonly string[] | undefined;

/** A query of what was given; lists are given value by value, and what is false or absent is left out. */
export function queryOf(fields: Readonly<Record<string, Parameter>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "object") for (const one of value) query.append(name, one);
    else query.append(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The page in an answer of v2, whose shape is the server's promise. An empty list may be left out. */
export function pageOf<Entry>(found: unknown): Page<Entry> {
  const { data, page } = isObject(found) ? found : {};
  const cursor = isObject(page) ? page["cursor"] : undefined;
  // The caller names the shape that its route is documented to answer with.
  return { entries: (data ?? []) as readonly Entry[], cursor: typeof cursor === "string" ? cursor : null };
}
