import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { jsonOption } from "./json-option.ts";
import { printable } from "./printable.ts";

/** Brings a signal to the run that waits for it. */
export async function sendSignal(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const name = operands[0] ?? "";
  const data = await jsonOption("data", options.get("data"), world);
  const { run_id: runId } = await connect(invocation).signal(name, data);
  const { style } = report;
  report.result({ runId }, [`  ${style.green(style.done)} ${printable(name)} ${style.arrow} ${runId}`]);
  return EXIT.done;
}
