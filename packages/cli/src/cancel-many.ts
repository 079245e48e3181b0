import type { Cancellation } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { findFunction } from "./find-function.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { instantOption, textOption } from "./text-option.ts";

/** Cancels the runs of a function that started in a stretch of time. */
export async function createCancellation(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const now = Date.now();
  const before = instantOption(options, "started-before", now) ?? new Date(now).toISOString();
  const after = instantOption(options, "started-after", now);
  const filter = textOption(options, "if");
  const client = connect(invocation);
  const { appName, slug } = await findFunction(client, operands[0] ?? "");
  const added = await client.cancelMany({
    app_id: appName,
    function_id: slug,
    started_before: before,
    ...(after === undefined ? {} : { started_after: after }),
    ...(filter === undefined ? {} : { if: filter }),
  });
  report.result(added, [cancellationRow(added, report.style)]);
  return EXIT.done;
}

/** Lists cancellations that are in force. */
export async function listCancellations(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const rules = await connect(invocation).cancellations();
  report.result(
    rules,
    rules.length === 0 ? ["  No cancellations."] : rules.map((rule) => cancellationRow(rule, report.style)),
  );
  return EXIT.done;
}

/** Ends a cancellation. */
export async function deleteCancellation(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const id = operands[0] ?? "";
  await connect(invocation).removeCancellation(id);
  const { style } = report;
  report.result({ id }, [
    `  ${style.green(style.done)} ${printable(id)} is deleted ${style.between} what it cancelled stays cancelled`,
  ]);
  return EXIT.done;
}

function cancellationRow(rule: Cancellation, style: Style): string {
  const after = rule.started_after === null ? "" : `from ${rule.started_after} `;
  const filter = rule.if === undefined ? "" : `  ${style.dim(`if ${printable(rule.if)}`)}`;
  return `  ${style.green(style.done)} ${rule.id}  ${style.bold(printable(rule.function_id))}  started ${after}until ${rule.started_before}${filter}`;
}
