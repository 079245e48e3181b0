import type { AuditSinkInfo } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { textOption } from "../text-option.ts";

/** Lists where the logs go, how far each sink has come, and why one does not go on. */
export async function listSinks(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const sinks = await connectAsOperator(invocation).auditSinks();
  const none = ["  The audit logs go nowhere. Send them elsewhere: holdfast audit sinks add <target>"];
  report.result(sinks, sinks.length === 0 ? none : sinks.flatMap((sink) => sinkLines(sink, report.style)));
  return EXIT.done;
}

/** Makes a sink; what its target is says of which kind it is. */
export async function addSink(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [target = ""] = operands;
  const format = textOption(options, "format") ?? "jsonl";
  if (format !== "jsonl" && format !== "ocsf")
    throw new HoldfastError("usage_invalid", `Cannot use "${format}" for --format: it is jsonl or ocsf.`);
  const sink = await connectAsOperator(invocation).createAuditSink({
    name: textOption(options, "name") ?? target.slice(0, 100),
    kind: kindOf(target),
    target,
    format,
  });
  const { style } = report;
  report.result(sink, [
    `  ${style.green(style.done)} Every audit log goes to ${style.bold(printable(sink.target))} from its first entry on.  ${style.dim(sink.id)}`,
    ...(sink.secret === undefined
      ? []
      : [
          "",
          `  ${sink.secret}`,
          "",
          "  It signs every batch (Standard Webhooks). It is shown this once: give it to the receiver.",
        ]),
  ]);
  return EXIT.done;
}

/** @throws HoldfastError `usage_invalid` */
function kindOf(target: string): AuditSinkInfo["kind"] {
  if (target.startsWith("/")) return "file";
  if (/^(?:tls|tcp|udp):/.test(target)) return "syslog";
  if (target.startsWith("https:")) return "https";
  throw new HoldfastError(
    "usage_invalid",
    `Cannot send audit logs to "${target.slice(0, 80)}": a target is an absolute path, tls:// or tcp:// with host and port, or an https URL.`,
  );
}

/** Ends a sink. */
export async function removeSink(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const [id = ""] = operands;
  await connectAsOperator(invocation).removeAuditSink(id);
  report.result({ id }, [
    `  ${report.style.green(report.style.done)} Nothing more goes to sink ${printable(id)}.`,
  ]);
  return EXIT.done;
}

/** Sends a line that is no entry. Exit code 9: it did not arrive. */
export async function testSink(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const [id = ""] = operands;
  const outcome = await connectAsOperator(invocation).testAuditSink(id);
  const { style } = report;
  report.result(outcome, [
    outcome.delivered
      ? `  ${style.green(style.done)} A test line arrived at sink ${printable(id)}.`
      : `  ${style.red(style.failed)} No test line arrived: ${printable(outcome.error ?? "")}`,
  ]);
  return outcome.delivered ? EXIT.done : EXIT.problems;
}

function sinkLines(sink: AuditSinkInfo, style: Style): readonly string[] {
  const { behind, failing_since: since, format, id, kind, last_error: error, name, target } = sink;
  const mark = error === null ? style.green(style.done) : style.red(style.failed);
  const lag = behind === 0 ? "has everything" : `${behind} entries behind`;
  return [
    `  ${mark} ${style.bold(printable(name))}  ${style.dim(`${id}  ${kind}, ${format}`)}  ${lag}`,
    ...(name === target ? [] : [`      ${printable(target)}`]),
    ...(error === null ? [] : [`      ${style.red(`failing since ${since ?? ""}:`)} ${printable(error)}`]),
  ];
}
