import type { RunFilter } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { runRow } from "./run-row.ts";
import { countOption, instantOption, listOption, textOption } from "./text-option.ts";

/** Lists one page of runs. */
export async function listRuns(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const { cursor, entries } = await connect(invocation).runs(filterOf(invocation, Date.now()));
  report.result(
    { runs: entries, cursor },
    entries.length === 0 ? ["  No runs."] : entries.map((run) => runRow(run, report.style)),
  );
  if (cursor !== null && !options.has("cursor")) report.notice(`There are more: add --cursor ${cursor}`);
  else if (cursor !== null) report.notice(`There are more: --cursor ${cursor}`);
  return EXIT.done;
}

function filterOf({ options }: Invocation, now: number): RunFilter {
  const given = {
    status: listOption(options, "status")?.map((word) => word.toUpperCase()),
    appId: listOption(options, "app"),
    functionId: listOption(options, "function"),
    from: instantOption(options, "since", now),
    until: instantOption(options, "until", now),
    order: options.has("oldest-first") ? ("asc" as const) : undefined,
    limit: countOption(options, "limit"),
    cursor: textOption(options, "cursor"),
  };
  // What was not given is left out: the server's defaults hold.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
