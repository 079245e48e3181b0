import type { DatabaseSync } from "node:sqlite";
import type { RunRecord } from "../records.ts";
import type { RunQuery } from "../contract.ts";
import { COMPLETED, runStatusCode } from "./codes.ts";
import type { Filter } from "./listing.ts";
import { Listing } from "./listing.ts";
import type { RunRow } from "./run-row.ts";
import { SELECT_RUN, toRun } from "./run-row.ts";
import type { SymbolReader } from "./symbols.ts";

const TIME_COLUMNS = { queuedAt: "queued_at", startedAt: "started_at", endedAt: "ended_at" } as const;

/**
 * Lists runs by id. Each query walks one index in the order of ids and stops at the limit: that of a function, that of a
 * status, or the ids themselves. Several functions or statuses are walked one after the other, each up to the limit, and
 * merged: a single statement would have to sort everything it finds.
 */
export function createRunListing(
  db: DatabaseSync,
  symbols: SymbolReader,
): (query: RunQuery) => readonly RunRecord[] {
  const newest = new Listing<RunRow>(db, SELECT_RUN, "ORDER BY id DESC");
  const oldest = new Listing<RunRow>(db, SELECT_RUN, "ORDER BY id ASC");

  return (query) => {
    const environment = symbols.find(query.environment);
    if (environment === null) return [];
    const isAscending = query.order === "asc";
    const listing = isAscending ? oldest : newest;
    const common = commonFilters(query, environment);
    const rows = walks(query, symbols).flatMap((filters) =>
      listing.all([...filters, ...common], query.limit),
    );
    const sign = isAscending ? 1 : -1;
    rows.sort((one, other) => (one[1] < other[1] ? -sign : sign));
    return rows.slice(0, query.limit).map((row) => toRun(row, symbols));
  };
}

/** Filters of each walk; together the walks meet every run that is wanted, once. */
function walks({ functionIds, statuses }: RunQuery, symbols: SymbolReader): readonly (readonly Filter[])[] {
  const codes = statuses === undefined ? null : [...new Set(statuses.map(runStatusCode))];
  if (functionIds !== undefined) {
    const nums = new Set(functionIds.flatMap((id) => symbols.find(id) ?? []));
    const filters = codes === null ? [] : [statusFilter(codes)];
    return [...nums].map((value) => [{ sql: "function = ?", value }, ...filters]);
  }
  if (codes === null) return [[]];
  // `runs_by_status` has every status but the usual one, and only serves where the query says so as well.
  if (codes.includes(COMPLETED)) return [[statusFilter(codes)]];
  return codes.map((value) => [{ sql: `status = ? AND status <> ${COMPLETED}`, value }]);
}

/** The plus keeps SQLite from the index by status, whose rows it would have to sort. Codes are ours, never a user's. */
function statusFilter(codes: readonly number[]): Filter {
  return { sql: `+status IN (${codes.join(", ")})` };
}

function commonFilters({ before, after, time }: RunQuery, environment: number): Filter[] {
  const filters: Filter[] = [{ sql: "environment = ?", value: environment }];
  if (before !== undefined) filters.push({ sql: "id < ?", value: before });
  if (after !== undefined) filters.push({ sql: "id > ?", value: after });
  if (time?.from !== undefined) {
    filters.push({ sql: `${TIME_COLUMNS[time.field]} >= ?`, value: time.from });
  }
  if (time?.until !== undefined) {
    filters.push({ sql: `${TIME_COLUMNS[time.field]} < ?`, value: time.until });
  }
  return filters;
}
