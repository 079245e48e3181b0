import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";

/** Says that an app may be called at another origin than before. It registers there the next time it is asked. */
export async function approveOrigin(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const [app = "", origin = ""] = operands;
  await connectAsOperator(invocation).approveOrigin(environmentOf(invocation), app, origin);
  report.result({ app, origin }, [
    `  ${report.style.green(report.style.done)} ${printable(app)} may be called at ${printable(origin)}. Have it register again: holdfast apps sync URL`,
  ]);
  return EXIT.done;
}
