import type { Client, Environment } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { textOption } from "../text-option.ts";
import { environmentLine } from "./line.ts";

/** Makes an environment, or a family of branches. */
export async function createEnvironment(invocation: Invocation): Promise<number> {
  const { options, operands, report } = invocation;
  const [name = ""] = operands;
  const label = textOption(options, "label");
  const archiveAfter = textOption(options, "archive-after");
  const made = await connectAsOperator(invocation).createEnvironment({
    name,
    kind: options.has("branches") ? "branches" : "custom",
    ...(label === undefined ? {} : { label }),
    ...(archiveAfter === undefined ? {} : { archiveAfter }),
  });
  const { style } = report;
  report.result(made, [
    environmentLine(made, style),
    "",
    `    INNGEST_SIGNING_KEY=${made.signing_key ?? ""}`,
    `    INNGEST_EVENT_KEY=${made.event_key ?? ""}`,
    "",
    style.dim("    They are shown this once."),
  ]);
  return EXIT.done;
}

/** Gives an environment another label. */
export function renameEnvironment(invocation: Invocation): Promise<number> {
  const [name = "", label = ""] = invocation.operands;
  return act(invocation, (client) => client.renameEnvironment(name, label));
}

/** Puts an environment into the archive. */
export function archiveEnvironment(invocation: Invocation): Promise<number> {
  const [name = ""] = invocation.operands;
  return act(invocation, (client) => client.archiveEnvironment(name));
}

/** Takes it out again. */
export function unarchiveEnvironment(invocation: Invocation): Promise<number> {
  const [name = ""] = invocation.operands;
  return act(invocation, (client) => client.unarchiveEnvironment(name));
}

async function act(
  invocation: Invocation,
  change: (client: Client) => Promise<Environment>,
): Promise<number> {
  const { report } = invocation;
  const environment = await change(connectAsOperator(invocation));
  report.result(environment, [environmentLine(environment, report.style)]);
  return EXIT.done;
}
