import type { RetentionInfo } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { textOption } from "../text-option.ts";

/** Shows how long ended runs and events are kept. */
export async function showRetention(invocation: Invocation): Promise<number> {
  report(invocation, await connectAsOperator(invocation).retention(environmentOf(invocation)));
  return EXIT.done;
}

/** Sets it, of one function or of all others. */
export async function setRetention(invocation: Invocation): Promise<number> {
  const { operands, options } = invocation;
  const [word = ""] = operands;
  const client = connectAsOperator(invocation);
  const fn = textOption(options, "function") ?? null;
  report(invocation, await client.setRetention(environmentOf(invocation), fn, daysOf(word)));
  return EXIT.done;
}

/** Removes what is over now, and not at the next turn of the clock. */
export async function sweepRetention(invocation: Invocation): Promise<number> {
  const { report: to } = invocation;
  const removed = await connectAsOperator(invocation).sweep(environmentOf(invocation));
  to.result(removed, [
    `  ${to.style.green(to.style.done)} ${removed.runs} runs and ${removed.events} events were removed.`,
  ]);
  return EXIT.done;
}

function daysOf(word: string): number | null | "inherit" {
  if (word === "forever") return null;
  if (word === "inherit") return word;
  if (/^[1-9]\d{0,4}d?$/.test(word)) return Number.parseInt(word, 10);
  throw new HoldfastError("usage_invalid", `Cannot use "${word}": say a number of days, forever or inherit.`);
}

function report({ report: to }: Invocation, policy: RetentionInfo): void {
  const words = (days: number | null): string => (days === null ? "for ever" : `${days} days`);
  to.result(policy, [
    `  ${to.style.bold("ended runs and events")}  ${words(policy.days)}`,
    ...Object.entries(policy.functions).map(([id, days]) => `  function ${id}  ${words(days)}`),
  ]);
}
