import type { StrandedRun } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { runRow } from "./run-row.ts";
import { countOption } from "./text-option.ts";

const WHY: Readonly<Record<StrandedRun["why"], string>> = {
  NO_ITEM: "nothing is queued for it",
  PARKED_WITH_ROOM: "it waits for room under a limit that has some",
  WAIT_WITHOUT_END: "it waits, and nothing would end the wait",
};

/** Lists runs that stand still, and why. */
export async function listStranded(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const runs = await connect(invocation).stranded(countOption(options, "limit"));
  const { style } = report;
  report.result(
    runs,
    runs.length === 0
      ? [`  ${style.green(style.done)} No run stands still.`]
      : runs.flatMap((run) => [
          runRow(run, style),
          // A newer server may know more reasons.
          `      ${style.yellow(WHY[run.why] ?? run.why)}  ${style.dim(`holdfast runs rescue ${run.id}`)}`,
        ]),
  );
  return EXIT.done;
}
