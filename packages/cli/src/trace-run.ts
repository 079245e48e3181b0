import type { RunId } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { traceLines } from "./trace-lines.ts";

/** Shows what happened in a run, as a timeline. */
export async function traceRun(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  // The server says whether it is one. Errors are outputs, too.
  const root = await connect(invocation).trace(operands[0] as RunId, { includeOutput: true });
  report.result(root, traceLines(root, report.style, Date.now()));
  return EXIT.done;
}
