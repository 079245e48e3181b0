import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { printable } from "./printable.ts";

/** Has the server sync an app. */
export async function syncApp(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const { style } = report;
  const synced = await connect(invocation).syncApp(operands[0] ?? "");
  const name = synced.appName === null ? "the app" : printable(synced.appName);
  report.result(synced, [
    `  ${style.green(style.done)} ${name} synced ${style.between} ${synced.modified ? "its functions are new or changed" : "nothing changed"}`,
  ]);
  return EXIT.done;
}
