import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Style } from "../style.ts";
import { fileFindings } from "./files.ts";
import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";
import { keyFilesOf, lookAtFiles, lookAtMachine, lookAtSettings, lookAtStores } from "./look-here.ts";
import { lookAtServer } from "./look-at-server.ts";
import { machineFindings } from "./machine.ts";
import { serverFindings } from "./server.ts";
import { settingsFindings } from "./settings.ts";
import { storeFindings } from "./store.ts";

/**
 * Looks at an installation: this machine, the settings that a server would start with, the data folder, and the server that
 * answers. It changes nothing. Exit code 9: something is wrong.
 */
export async function examine(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const now = Date.now();
  const server = await lookAtServer(invocation);
  const settings = lookAtSettings(invocation, now);
  const files = lookAtFiles(settings.dataDir, keyFilesOf(settings.facts, invocation.world.cwd));
  const findings = [
    ...machineFindings(
      lookAtMachine(invocation, files.dataDir, "facts" in server ? server.clockAheadMs : null),
    ),
    ...settingsFindings(settings.facts, settings.certificate, now),
    ...fileFindings(files),
    ...(files.exists ? storeFindings(lookAtStores(files.dataDir)) : []),
    ...("facts" in server
      ? serverFindings(server.facts, now)
      : [findingsOf("server").skipped("answers", { what: "no server was asked", why: server.why })]),
  ];
  const failed = findings.filter(({ status }) => status === "failed").length;
  const warnings = findings.filter(({ status }) => status === "warning").length;
  const { style } = report;
  report.result(findings, [
    ...findings.flatMap((finding) => lines(finding, style)),
    "",
    failed > 0
      ? `  ${style.red(style.failed)} ${failed} of ${findings.length} checks failed.`
      : `  ${style.green(style.done)} ${findings.length} checks, none failed${warnings === 0 ? "" : `, ${warnings} to look at`}.`,
  ]);
  return failed > 0 ? EXIT.problems : EXIT.done;
}

function lines({ next, status, what, why }: Finding, style: Style): readonly string[] {
  const mark = {
    ok: style.green(style.done),
    warning: style.yellow(style.warning),
    failed: style.red(style.failed),
    skipped: style.dim("-"),
  }[status];
  return [
    `  ${mark} ${status === "failed" ? style.bold(what) : what}`,
    ...(why === undefined ? [] : [`      ${why}`]),
    ...(next === undefined ? [] : [`      ${style.dim(`${style.arrow} ${next}`)}`]),
  ];
}
