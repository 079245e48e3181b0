import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { readText } from "../json-option.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { listOption, wantedOption } from "../text-option.ts";

/**
 * Erases one subject's data. The values come from a file, one a line: a process's arguments can be read by others, and stay in
 * the history of a shell.
 */
export async function eraseSubject(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const [file] = operands;
  const reason = wantedOption(options, "reason");
  const text = file === undefined ? "" : await readText(file, world);
  const receipt = await connectAsOperator(invocation).erase(environmentOf(invocation), {
    values: text.split(/\r?\n/).filter((line) => line !== ""),
    events: listOption(options, "event") ?? [],
    reason,
  });
  const { events, id, names, runs } = receipt;
  report.result(receipt, [
    `  ${report.style.green(report.style.done)} ${events} events and ${runs} runs were erased, and ${names} names in the log.`,
    report.style.dim(`    The audit log has it as erasure ${id}.`),
  ]);
  return EXIT.done;
}
