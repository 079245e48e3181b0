import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createClient } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { keyFrom, serverUrl } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { textOption } from "../text-option.ts";
import type { Arena, Attack } from "./attack.ts";
import { APP_ATTACKS } from "./app-attacks.ts";
import { ATTACKS } from "./attacks.ts";
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
 * Attacks a running server from outside, or with `--app` the endpoint of an app that is registered at one: what is done is
 * bounded, changes nothing, and is in the server's log. Only with the token of the server's operator. Exit code 9: something
 * fell.
 */
export async function redteam(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const url = URL.parse(operands[0] ?? "");
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new HoldfastError(
      "usage_invalid",
      `Cannot attack "${operands[0] ?? ""}": it is no http or https URL.`,
    );
  const isApp = options.get("app") === true;
  if (!isApp && options.has("url"))
    throw new HoldfastError("usage_invalid", "Cannot attack two servers: --url is for --app.");
  const server = isApp ? new URL(serverUrl(invocation)) : url;
  const operatorToken = keyFrom("operator-token", invocation, server.href);
  if (operatorToken === null)
    throw new HoldfastError("unauthenticated", "Cannot attack a server without its operator's token.", {
      next: "Set HOLDFAST_OPERATOR_TOKEN. Attack servers that are yours alone.",
    });
  const arena: Arena = {
    url,
    operatorToken,
    signingKey: keyFrom("signing-key", invocation, server.href),
    eventKey: keyFrom("event-key", invocation, server.href),
    ask: (request) => rawRequest(url, request),
  };
  if (isApp) await mustBeRegistered(server, url, arena.signingKey);
  await mustBeOperator(server, operatorToken, isApp ? url : null);
  const outcomes = await attackAll(arena, isApp ? APP_ATTACKS : ATTACKS);
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

/** Only whoever administers a server may have it or its apps attacked; and it notes that he did. */
async function mustBeOperator(server: URL, operatorToken: string, app: URL | null): Promise<void> {
  const { status } = await rawRequest(server, {
    method: "POST",
    target: "/holdfast/v1/admin/redteam",
    headers: [["Authorization", `Bearer ${operatorToken}`]],
    body: JSON.stringify(app === null ? {} : { app: app.origin + app.pathname }),
  });
  if (status === 200) return;
  throw new HoldfastError("unauthenticated", `The server does not take this operator's token (${status}).`);
}

/** An address that no app of the server has is somebody else's. */
async function mustBeRegistered(server: URL, app: URL, signingKey: string | null): Promise<void> {
  if (signingKey === null)
    throw new HoldfastError(
      "unauthenticated",
      "Cannot attack an app without its environment's signing key.",
      {
        next: "Set HOLDFAST_SIGNING_KEY: the server is asked whether the app is one of its own.",
      },
    );
  const apps = await createClient({ url: server.href, signingKey }).apps();
  const isOwn = apps.some(({ url }) => {
    const known = URL.parse(url);
    return known !== null && known.origin === app.origin && known.pathname === app.pathname;
  });
  if (isOwn) return;
  throw new HoldfastError(
    "not_found",
    `Cannot attack ${app.origin}${app.pathname}: no app of ${server.origin} is there.`,
    {
      next: "Name the address as holdfast apps list shows it.",
    },
  );
}

/** Makes every attack of a list, one after another. */
export async function attackAll(
  arena: Arena,
  attacks: readonly Attack[] = ATTACKS,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const attack of attacks)
    outcomes.push(isPossible(attack, arena) ? await make(attack, arena) : skipped(attack));
  return outcomes;
}

function isPossible({ needs }: Attack, { eventKey, signingKey }: Arena): boolean {
  if (needs === undefined) return true;
  return (needs === "eventKey" ? eventKey : signingKey) !== null;
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
