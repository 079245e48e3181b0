import type { Rotation } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { importedKey } from "./imported-key.ts";
import type { Style } from "../style.ts";
import { textOption } from "../text-option.ts";

/** Shows the signing keys, which apps have shown which of them, and what a rotation waits for. */
export async function showRotation(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const rotation = await connectAsOperator(invocation).rotation(environmentOf(invocation));
  report.result(rotation, rotationLines(rotation, report.style));
  return EXIT.done;
}

/** Begins a rotation: makes the next key, or takes one in. */
export async function rotateSigningKey(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const { style } = report;
  const imported = await importedKey(invocation);
  const made = await connectAsOperator(invocation).beginRotation(environmentOf(invocation), imported);
  report.result(made, [
    `  ${style.green(style.done)} Key ${style.bold(made.id)} is accepted from now on, and does not sign yet.`,
    ...(made.secret === undefined
      ? []
      : ["", `    ${made.secret}`, "", style.dim("    It is shown this once.")]),
    "",
    "  Next, in every app and worker:",
    "    INNGEST_SIGNING_KEY=<the new key>",
    "    INNGEST_SIGNING_KEY_FALLBACK=<the key it has now>",
    "",
    `  ${style.dim("Then: holdfast keys signing probe, holdfast keys signing promote")}`,
  ]);
  return EXIT.done;
}

/** Asks every app which keys it has. */
export async function probeSigningKeys(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const { style } = report;
  const probed = await connectAsOperator(invocation).probeKeys(environmentOf(invocation));
  report.result(
    probed,
    probed.length === 0
      ? ["  No app is registered."]
      : probed.map(({ app, error, key_id: id }) =>
          error === null
            ? `  ${style.green(style.done)} ${style.bold(printable(app))}  ${id ?? ""}`
            : `  ${style.red(style.failed)} ${style.bold(printable(app))}  ${printable(error)}`,
        ),
  );
  return EXIT.done;
}

/** Lets the new key sign. */
export function promoteSigningKey(invocation: Invocation): Promise<number> {
  const reason = textOption(invocation.options, "force");
  return act(invocation, (client, environment) => client.promoteKey(environment, reason));
}

/** Lets the earlier key sign again. */
export function stepBackSigningKey(invocation: Invocation): Promise<number> {
  const reason = textOption(invocation.options, "reason") ?? "stepped back by an operator";
  return act(invocation, (client, environment) => client.stepBack(environment, reason));
}

/** Ends a key for ever. */
export function revokeSigningKey(invocation: Invocation): Promise<number> {
  const [id = ""] = invocation.operands;
  const reason = textOption(invocation.options, "force");
  return act(invocation, (client, environment) => client.revokeSigningKey(environment, id, reason));
}

async function act(
  invocation: Invocation,
  change: (
    client: ReturnType<typeof connectAsOperator>,
    environment: string,
  ) => Promise<Rotation & { readonly secret?: string }>,
): Promise<number> {
  const { report } = invocation;
  const rotation = await change(connectAsOperator(invocation), environmentOf(invocation));
  const { secret } = rotation;
  report.result(rotation, [
    ...rotationLines(rotation, report.style),
    ...(secret === undefined
      ? []
      : ["", `    ${secret}`, "", report.style.dim("    The key that signs now. It is shown this once.")]),
  ]);
  return EXIT.done;
}

function rotationLines(
  { evidence, keys, revocable_at: revocableAt, waiting_for: waiting }: Rotation,
  style: Style,
): readonly string[] {
  const mark = {
    active: style.green(style.done),
    pending: style.yellow("+"),
    retiring: style.yellow("-"),
    revoked: style.dim("x"),
  };
  const retiring = keys.find(({ state }) => state === "retiring");
  return [
    ...keys.map(
      (key) =>
        `  ${mark[key.state]} ${style.bold(key.id)}  ${key.state}  ${style.dim(`${key.origin} ${key.created_at}${key.last_used_at === null ? "" : `, last used ${key.last_used_at}`}`)}`,
    ),
    ...(evidence.length === 0 ? [] : ["", "  Seen:"]),
    ...evidence.map(
      ({ app, at, how, key_id: id }) => `    ${printable(app)}  ${id}  ${style.dim(`${how}, ${at}`)}`,
    ),
    ...(waiting.length === 0 ? [] : ["", "  Not seen with the newest key:"]),
    ...waiting.map(
      ({ app, last_key_id: last }) =>
        `    ${style.red(style.failed)} ${printable(app)}${last === null ? "" : `  last with ${last}`}`,
    ),
    ...(retiring === undefined || revocableAt === null
      ? []
      : ["", `  Key ${retiring.id} can be revoked from ${revocableAt}, if nothing uses it until then.`]),
  ];
}
