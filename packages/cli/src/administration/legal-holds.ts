import type { LegalHoldInfo } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { textOption, wantedOption } from "../text-option.ts";

/** Lists what must be kept. */
export async function listHolds(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const holds = await connectAsOperator(invocation).legalHolds(environmentOf(invocation));
  report.result(
    holds,
    holds.map((hold) => lineOf(hold, report.style)),
  );
  return EXIT.done;
}

/** Keeps something until the hold is lifted. */
export async function placeHold(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const [fn, run] = [textOption(options, "function"), textOption(options, "run")];
  const hold = await connectAsOperator(invocation).placeHold(environmentOf(invocation), {
    reason: wantedOption(options, "reason"),
    ...(fn === undefined ? {} : { function: fn }),
    ...(run === undefined ? {} : { run }),
  });
  report.result(hold, [lineOf(hold, report.style)]);
  return EXIT.done;
}

/** Ends a hold. */
export async function liftHold(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  await connectAsOperator(invocation).liftHold(
    environmentOf(invocation),
    id,
    wantedOption(options, "reason"),
  );
  report.result({ id }, [`  ${report.style.green(report.style.done)} Hold ${id} is lifted.`]);
  return EXIT.done;
}

function lineOf({ id, of, placed_at: at, reason, scope }: LegalHoldInfo, style: Style): string {
  return `  ${style.bold(id)}  ${scope}${of === null ? "" : ` ${of}`}  ${printable(reason)}  ${style.dim(at)}`;
}
