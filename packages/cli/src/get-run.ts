import type { RunId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { elapsed } from "./elapsed.ts";
import { EXIT } from "./exit-codes.ts";
import { printable } from "./printable.ts";

const OUTPUT_CHARS_MAX = 2000;

/** Shows one run. */
export async function getRun(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const client = connect(invocation);
  // The server says whether it is one.
  const run = await client.run(operands[0] as RunId);
  if (options.has("output-only")) {
    report.result(run.output ?? null, [JSON.stringify(run.output ?? null, null, 2)]);
    return EXIT.done;
  }
  const name = await client.apps().then(
    (apps) =>
      apps.flatMap((app) => app.functions).find((one) => one.id === run.function_id)?.name ?? run.function_id,
    (error: unknown) => {
      // The name is an extra: without it the run is shown all the same.
      if (isHoldfastError(error)) return run.function_id;
      throw error;
    },
  );
  const { style } = report;
  const mark =
    run.status === "Failed"
      ? style.red(style.failed)
      : run.status === "Completed"
        ? style.green(style.done)
        : style.started;
  const took =
    run.ended_at === null ? "" : ` (${elapsed(Date.parse(run.ended_at) - Date.parse(run.run_started_at))})`;
  report.result({ ...run, function_name: name }, [
    `  ${mark} ${style.bold(printable(name))}  ${run.status}`,
    "",
    `  Run      ${run.run_id}`,
    `  Event    ${run.event_id}`,
    `  Started  ${run.run_started_at}`,
    ...(run.ended_at === null ? [] : [`  Ended    ${run.ended_at}${took}`]),
    ...(run.output === undefined
      ? []
      : [`  Output   ${printable(JSON.stringify(run.output), OUTPUT_CHARS_MAX)}`]),
  ]);
  return EXIT.done;
}
