import type { EventKeyInfo, EventKeyToMake } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { importedKey } from "./imported-key.ts";
import type { Style } from "../style.ts";
import { countOption, listOption, textOption } from "../text-option.ts";

/** Lists the event keys of an environment. */
export async function listEventKeys(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const keys = await connectAsOperator(invocation).eventKeys(environmentOf(invocation));
  report.result(
    keys,
    keys.map((key) => keyLine(key, report.style)),
  );
  return EXIT.done;
}

/** Makes an event key, and shows it this once. */
export async function createEventKey(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const [name = ""] = operands;
  const imported = await importedKey(invocation);
  const made = await connectAsOperator(invocation).createEventKey(environmentOf(invocation), {
    name,
    ...(imported === undefined ? {} : { import: imported }),
    ...rulesOf(invocation),
  });
  report.result(made, [
    keyLine(made, report.style),
    ...(made.secret === undefined
      ? []
      : ["", `    ${made.secret}`, "", report.style.dim("    It is shown this once.")]),
  ]);
  return EXIT.done;
}

/** Changes what an event key may do; rules that are not given are lifted. */
export async function changeEventKey(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  const name = textOption(options, "name");
  const changed = await connectAsOperator(invocation).changeEventKey(environmentOf(invocation), id, {
    ...(name === undefined ? {} : { name }),
    ...rulesOf(invocation),
  });
  report.result(changed, [keyLine(changed, report.style)]);
  return EXIT.done;
}

/** Ends an event key for ever. */
export async function revokeEventKey(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  const revoked = await connectAsOperator(invocation).revokeEventKey(
    environmentOf(invocation),
    id,
    textOption(options, "reason"),
  );
  report.result(revoked, [keyLine(revoked, report.style)]);
  return EXIT.done;
}

function rulesOf({ options }: Invocation): EventKeyToMake {
  const lists = [
    ["allow_names", listOption(options, "allow-name")],
    ["deny_names", listOption(options, "deny-name")],
    ["allow_addresses", listOption(options, "allow-address")],
    ["allow_origins", listOption(options, "allow-origin")],
  ] as const;
  const rate = countOption(options, "events-per-second");
  const expires = textOption(options, "expires");
  return {
    ...Object.fromEntries(lists.filter(([, list]) => list !== undefined)),
    ...(rate === undefined ? {} : { events_per_second: rate }),
    ...(expires === undefined ? {} : { expires }),
  };
}

function keyLine(key: EventKeyInfo, style: Style): string {
  const mark = key.revoked_at === null ? style.green(style.done) : style.dim("x");
  const rules = [
    ...(key.allow_names === null
      ? []
      : [`may send ${key.allow_names.map((each) => printable(each)).join(", ")}`]),
    ...(key.deny_names.length === 0
      ? []
      : [`may not send ${key.deny_names.map((each) => printable(each)).join(", ")}`]),
    ...(key.allow_addresses === null ? [] : [`from ${key.allow_addresses.join(", ")}`]),
    ...(key.allow_origins === null ? [] : [`by pages of ${key.allow_origins.join(", ")}`]),
    ...(key.events_per_second === null ? [] : [`${key.events_per_second} events/s`]),
    ...(key.expires_at === null ? [] : [`expires ${key.expires_at}`]),
    ...(key.revoked_at === null ? [] : [`revoked ${key.revoked_at}`]),
    key.last_used_at === null ? "never used" : `last used ${key.last_used_at}`,
  ];
  return `  ${mark} ${style.bold(key.id)}  ${printable(key.name)}  ${key.shown}  ${style.dim(rules.join("; "))}`;
}
