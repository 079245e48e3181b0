import type { App } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Lists apps and their functions. */
export async function listApps(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const apps = await connect(invocation).apps();
  report.result(
    apps,
    apps.length === 0
      ? ["  No apps yet. Start one, or name it: holdfast apps sync http://localhost:3000/api/inngest"]
      : apps.flatMap((app) => renderApp(app, report.style)),
  );
  return EXIT.done;
}

function renderApp(app: App, style: Style): readonly string[] {
  const mark = app.error === null ? style.green(style.done) : style.red(style.failed);
  const made = [app.framework, app.sdk]
    .filter((part) => part !== null && part !== "")
    .join(` ${style.between} `);
  const count = `${app.functions.length} function${app.functions.length === 1 ? "" : "s"}`;
  return [
    `  ${mark} ${style.bold(printable(app.name))}  ${printable(app.url)}  ${count}  ${style.dim(printable(made))}`.trimEnd(),
    ...(app.error === null ? [] : [`      ${style.red(printable(app.error))}`]),
    ...app.functions.map((one) => {
      const triggers = one.triggers
        .map(({ event, cron }) => event ?? cron ?? "")
        .filter((trigger) => trigger !== "");
      return `      ${printable(one.name)}  ${style.dim(printable(triggers.join(", ")))}`.trimEnd();
    }),
  ];
}
