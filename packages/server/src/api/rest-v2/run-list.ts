import type { FunctionId } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { RunView } from "#executor";
import type { RunQuery } from "#store";
import type { ApiContext } from "../context.ts";
import type { PayloadView } from "../payload-view.ts";
import { payloadView } from "../payload-view.ts";
import { triggerOf } from "../run-trigger.ts";
import { badField } from "./errors.ts";
import { functionsNamed } from "./lookup.ts";
import type { PageInfo } from "./message.ts";
import type { Fields } from "./query.ts";
import {
  cursorField,
  field,
  flagField,
  instantField,
  limitField,
  listField,
  wordField,
  writeCursor,
} from "./query.ts";
import { runShape, STATUS_FILTER } from "./run-shape.ts";

const RUNS_OF_PAGE = { usual: 20, max: 100 } as const;
const TIME_FIELDS = ["queuedAt", "startedAt", "endedAt"] as const;

/** The query of a list of runs, checked. */
interface RunListQuery {
  readonly query: Omit<RunQuery, "environment" | "functionIds">;
  readonly includeOutput: boolean;
}

function parseRunList(query: Fields): RunListQuery {
  const order = wordField(query, "order", ["asc", "desc"]) ?? "desc";
  const cursor = cursorField(query);
  const from = instantField(query, "from");
  const until = instantField(query, "until");
  const timeField = wordField(query, "timeField", TIME_FIELDS) ?? "queuedAt";
  const statuses = listField(query, "status").flatMap((word) => {
    const listed = STATUS_FILTER[word.toUpperCase()];
    if (listed === undefined)
      throw badField("status", `must be one of ${Object.keys(STATUS_FILTER).join(", ")}`);
    return listed;
  });
  if (field(query, "isDeferred") !== undefined)
    throw badField("isDeferred", "is a filter that this version of Holdfast does not have");
  return {
    query: {
      limit: limitField(query, RUNS_OF_PAGE),
      order,
      ...(cursor === null ? {} : order === "asc" ? { after: cursor } : { before: cursor }),
      ...(statuses.length === 0 ? {} : { statuses: [...new Set(statuses)] }),
      ...(from === null && until === null
        ? {}
        : {
            time: {
              field: timeField,
              ...(from === null ? {} : { from }),
              ...(until === null ? {} : { until }),
            },
          }),
    },
    includeOutput: flagField(query, "includeOutput"),
  };
}

/** The functions that `appId` and `functionId` name, archived ones too; null for all. */
function filteredFunctions(query: Fields, { registry }: ApiContext): readonly FunctionId[] | null {
  const apps = listField(query, "appId");
  const functions = listField(query, "functionId");
  if (apps.length === 0) {
    if (functions.length > 0) throw badField("functionId", "needs an appId beside it");
    return null;
  }
  const found =
    functions.length === 0
      ? registry.functions().filter(({ appName }) => apps.includes(appName))
      : apps.flatMap((app) => functions.flatMap((id) => functionsNamed(registry, app, id)));
  return [...new Set(found.map(({ id }) => id))];
}

/** One page of runs, as `GET /runs` and the runs of a function list them. */
export async function listRuns(
  request: FastifyRequest<{ Querystring: Fields }>,
  context: ApiContext,
  functionIds: readonly FunctionId[] | null = filteredFunctions(request.query, context),
): Promise<{ readonly runs: readonly unknown[]; readonly page: PageInfo }> {
  const { includeOutput, query } = parseRunList(request.query);
  const view = payloadView(request, context, { type: "api", id: "runs" });
  // No function of that name: no runs, where an empty filter would mean all of them.
  const views =
    functionIds?.length === 0
      ? []
      : await context.executor.list({
          ...query,
          limit: query.limit + 1,
          ...(functionIds === null ? {} : { functionIds }),
        });
  const shown = views.slice(0, query.limit);
  const hasMore = views.length > query.limit;
  const last = shown.at(-1);
  return {
    runs: await Promise.all(shown.map((each) => shapedRun(each, context, includeOutput, view))),
    page: {
      limit: query.limit,
      hasMore,
      cursor: hasMore && last !== undefined ? writeCursor(last.run.id) : null,
    },
  };
}

/** A run with its function and what started it. */
export async function shapedRun(
  found: RunView,
  context: ApiContext,
  includeOutput: boolean,
  view: PayloadView,
): Promise<Record<string, unknown>> {
  const definition = context.registry.function(found.run.functionId);
  return runShape(found, definition, await triggerOf(found.run, context), { includeOutput, view });
}
