import type { RunId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { jsonOption } from "./json-option.ts";
import { textOption } from "./text-option.ts";

/** Cancels a run. */
export async function cancelRun(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  // The server says whether it is one.
  const id = operands[0] as RunId;
  await connect(invocation).cancel(id);
  report.result({ runId: id }, [`  ${report.style.green(report.style.done)} ${id} is cancelled`]);
  return EXIT.done;
}

/** Runs a run's function again, from the start or from one of its steps. */
export async function rerunRun(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const id = operands[0] as RunId;
  const stepId = textOption(options, "from");
  const given = await jsonOption("input", options.get("input"), world);
  if (given !== undefined && stepId === undefined)
    throw new HoldfastError(
      "usage_invalid",
      "Cannot use --input without --from: it replaces a step's arguments.",
    );
  // One argument may be given as it is; several are an array.
  const input = given === undefined || Array.isArray(given) ? given : [given];
  const rerun = await connect(invocation).rerun(
    id,
    stepId === undefined ? undefined : { stepId, ...(input === undefined ? {} : { input }) },
  );
  const { style } = report;
  const from = stepId === undefined ? "" : ` from ${stepId}`;
  report.result(rerun, [
    `  ${style.green(style.done)} ${rerun.runId} started ${style.between} ${id} again${from}`,
  ]);
  return EXIT.done;
}

/** Wakes a run that stands still, or ends it as failed. */
export async function rescueRun(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const id = operands[0] as RunId;
  const act = options.has("fail") ? "fail" : "resume";
  await connect(invocation).rescue(id, act);
  const words = act === "fail" ? "is ended as failed" : "is called once more";
  report.result({ runId: id, act }, [`  ${report.style.green(report.style.done)} ${id} ${words}`]);
  return EXIT.done;
}
