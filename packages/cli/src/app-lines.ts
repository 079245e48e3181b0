import type { AppChange } from "@holdfast/server";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** What `dev` prints when an app was found, changed, refused or lost. */
export function appLines(change: AppChange, style: Style): readonly string[] {
  const name = style.bold(printable(change.appName ?? "an app"));
  const url = printable(change.url);
  const count = `${change.functionCount} function${change.functionCount === 1 ? "" : "s"}`;
  const made = [change.framework, change.sdk]
    .filter((part) => part !== null && part !== "")
    .join(` ${style.between} `);
  const reason = printable(change.reason?.message ?? "", 400);
  switch (change.kind) {
    case "found":
      return [
        `  ${style.green(style.done)} found ${name}  ${url}  ${count}  ${style.dim(printable(made))}`.trimEnd(),
      ];
    case "changed":
      return [`  ${style.again} ${name} changed: ${count}`];
    case "refused":
      return [`  ${style.red(style.failed)} ${reason}`];
    case "unreachable":
      return [`  ${style.yellow(style.warning)} ${reason}`];
  }
}
