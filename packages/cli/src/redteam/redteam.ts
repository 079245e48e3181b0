import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { keyFrom } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { textOption } from "../text-option.ts";
import type { Arena, Attack } from "./attack.ts";
import { ATTACKS, attacksFor } from "./attacks.ts";
import { rawRequest } from "./raw-request.ts";

/** What became of one attack. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly outcome: "safe" | "unsafe" | "inconclusive" | "skipped";
  readonly expected: string;
  readonly observed: string;
  readonly fix: string;
  readonly ms: number;
}

/**
 * Attacks a running server from outside, with the token of its operator: what is done is bounded, changes nothing, and is in
 * the server's log. Exit code 9: something fell.
 */
export async function redteam(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const url = URL.parse(operands[0] ?? "");
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new HoldfastError(
      "usage_invalid",
      `Cannot attack "${operands[0] ?? ""}": it is no http or https URL.`,
    );
  const operatorToken = keyFrom("operator-token", invocation, url.href);
  if (operatorToken === null)
    throw new HoldfastError("unauthenticated", "Cannot attack a server without its operator's token.", {
      next: "Set HOLDFAST_OPERATOR_TOKEN. Attack servers that are yours alone.",
    });
  const arena: Arena = {
    url,
    operatorToken,
    signingKey: keyFrom("signing-key", invocation, url.href),
    eventKey: keyFrom("event-key", invocation, url.href),
    ask: (request) => rawRequest(url, request),
  };
  await mustBeOperator(arena);
  const outcomes = await attackAll(arena);
  const fallen = outcomes.filter(({ outcome }) => outcome === "unsafe");
  const unsure = outcomes.filter(({ outcome }) => outcome === "inconclusive");
  const file = textOption(options, "report");
  if (file !== undefined) writeFileSync(resolve(world.cwd, file), reportOf(url, outcomes), { mode: 0o600 });
  const { style } = report;
  const mark = {
    safe: style.green(style.done),
    unsafe: style.red(style.failed),
    inconclusive: style.yellow("?"),
    skipped: style.dim("-"),
  };
  report.result(outcomes, [
    ...outcomes.flatMap(({ expected, fix, id, observed, outcome, title }) => [
      `  ${mark[outcome]} ${style.bold(id)}  ${title}${outcome === "safe" ? "" : `  ${style.dim(outcome)}`}`,
      ...(outcome === "unsafe" || outcome === "inconclusive"
        ? [`      expected  ${expected}`, `      observed  ${observed}`, `      ${style.dim(fix)}`]
        : []),
    ]),
    "",
    fallen.length === 0
      ? `  ${style.green(style.done)} ${outcomes.length} attacks, none got through.`
      : `  ${style.red(style.failed)} ${fallen.length} of ${outcomes.length} attacks got through.`,
  ]);
  return fallen.length > 0 || unsure.length > 0 ? EXIT.problems : EXIT.done;
}

/** Only whoever administers a server may have it attacked; and it notes that he did. */
async function mustBeOperator({ ask, operatorToken }: Arena): Promise<void> {
  const { status } = await ask({
    method: "POST",
    target: "/holdfast/v1/admin/redteam",
    headers: [["Authorization", `Bearer ${operatorToken}`]],
    body: "{}",
  });
  if (status === 200) return;
  throw new HoldfastError("unauthenticated", `The server does not take this operator's token (${status}).`);
}

/** Makes every attack, one after another. */
export async function attackAll(arena: Arena): Promise<readonly Outcome[]> {
  const possible = new Set(attacksFor(arena));
  const outcomes: Outcome[] = [];
  for (const attack of ATTACKS)
    outcomes.push(possible.has(attack) ? await make(attack, arena) : skipped(attack));
  return outcomes;
}

async function make(attack: Attack, arena: Arena): Promise<Outcome> {
  const { expected, fix, id, title } = attack;
  const startedAt = performance.now();
  const done = (outcome: Outcome["outcome"], observed: string): Outcome => ({
    id,
    title,
    outcome,
    expected,
    // Nothing of what was lent goes into a report.
    observed: [arena.operatorToken, arena.signingKey, arena.eventKey].reduce<string>(
      (text, secret) => (secret === null ? text : text.replaceAll(secret, "[redacted]")),
      observed,
    ),
    fix,
    ms: Math.round(performance.now() - startedAt),
  });
  try {
    const { observed, safe } = await attack.run(arena);
    return done(safe ? "safe" : "unsafe", observed);
  } catch (error) {
    return done("inconclusive", error instanceof Error ? error.message : String(error));
  }
}

function skipped({ expected, fix, id, needs, title }: Attack): Outcome {
  const observed = `needs ${needs === "eventKey" ? "an event key" : "a signing key"}`;
  return { id, title, outcome: "skipped", expected, observed, fix, ms: 0 };
}

function reportOf(url: URL, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(
    ({ expected, id, observed, outcome, title }) =>
      `| ${id} | ${title} | ${outcome} | ${expected} | ${observed.replaceAll("|", "\\|").replaceAll("\n", " ")} |`,
  );
  return `# Attacks on ${url.origin}\n\n| number | attack | outcome | expected | observed |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}
