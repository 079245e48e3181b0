import type { App, Client, EventToSend, Run } from "@holdfast/client";
import type { EventId, FunctionId } from "@holdfast/protocol";
import { HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { jsonOption, parseJson, readText } from "./json-option.ts";
import { nearest } from "./nearest.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** What became of one event. `runs` is null when the server did not tell. */
interface Sent {
  readonly id: EventId;
  readonly name: string;
  readonly runs: readonly { readonly id: string; readonly function: string }[] | null;
}

/** Events whose runs are looked up; of more than these only the count is told. */
const LOOKED_UP_MAX = 20;

/** Sends events and tells which runs they started. */
export async function sendEvents(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const events = await readEvents(invocation);
  const client = connect(invocation);
  const { ids } = await client.send(events);
  const { sent, problem } = await lookUp(client, events, ids);
  const hints = report.json ? [] : await hintsFor(client, sent);
  const lines = sent.slice(0, LOOKED_UP_MAX).map((event) => renderSent(event, report.style));
  report.result({ events: sent }, [...lines, ...rest(sent.length), ...hints]);
  if (problem !== null) report.notice(`Which runs were started is not known: ${problem}`);
  return EXIT.done;
}

async function readEvents({ operands, options, world }: Invocation): Promise<readonly EventToSend[]> {
  const [name] = operands;
  const file = options.get("file");
  if ((name === undefined) === (file === undefined)) {
    throw new HoldfastError("usage_invalid", "Cannot send: give either an event's name or --file.", {
      next: "Usage: holdfast send <event> [--data JSON]",
    });
  }
  if (name === undefined) {
    const events = parseEvents(await readText(String(file), world), `the file ${String(file)}`);
    if (events.length === 0)
      throw new HoldfastError("usage_invalid", `Cannot send: the file ${String(file)} holds no events.`);
    return events;
  }
  const data = await jsonOption("data", options.get("data"), world);
  const user = await jsonOption("user", options.get("user"), world);
  const id = options.get("id");
  const ts = options.get("ts");
  if (ts !== undefined && !/^\d+$/.test(String(ts)))
    throw new HoldfastError(
      "usage_invalid",
      `Cannot use "${String(ts)}" for --ts: it must be Unix milliseconds.`,
    );
  return [
    {
      name,
      data: data ?? {},
      ...(user === undefined ? {} : { user }),
      ...(typeof id === "string" ? { id } : {}),
      ...(ts === undefined ? {} : { ts: Number(ts) }),
    },
  ];
}

/** Events as an array, or one a line. */
export function parseEvents(text: string, origin: string): readonly EventToSend[] {
  if (text.trimStart().startsWith("[")) {
    const value = parseJson(text, origin);
    // What each holds is for the server to check.
    return value as readonly EventToSend[];
  }
  return text.split("\n").flatMap((line, index) =>
    // What each holds is for the server to check.
    line.trim() === "" ? [] : [parseJson(line, `line ${index + 1} of ${origin}`) as EventToSend],
  );
}

/** The runs of each event. What was sent is sent: a server that does not tell is no failure of sending. */
async function lookUp(
  client: Client,
  events: readonly EventToSend[],
  ids: readonly EventId[],
): Promise<{ readonly sent: readonly Sent[]; readonly problem: string | null }> {
  const names = ids.map((id, index) => ({ id, name: events[index]?.name ?? "" }));
  if (names.length > LOOKED_UP_MAX)
    return { sent: names.map((each) => ({ ...each, runs: null })), problem: null };
  try {
    const functions = functionNames(await client.apps());
    const sent = await Promise.all(
      names.map(async (each) => ({
        ...each,
        runs: (await client.eventRuns(each.id)).map((run) => nameRun(run, functions)),
      })),
    );
    return { sent, problem: null };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return { sent: names.map((each) => ({ ...each, runs: null })), problem: error.message };
  }
}

function functionNames(apps: readonly App[]): ReadonlyMap<FunctionId, string> {
  return new Map(apps.flatMap((app) => app.functions.map((one) => [one.id, one.name] as const)));
}

function nameRun(run: Run, functions: ReadonlyMap<FunctionId, string>) {
  return { id: run.run_id, function: functions.get(run.function_id) ?? run.function_id };
}

function renderSent({ id, name, runs }: Sent, style: Style): string {
  const head = `  ${style.green(style.done)} ${id} accepted`;
  if (runs === null) return head;
  if (runs.length === 0) return `${head} ${style.between} no run of ${printable(name)} started`;
  const started = runs.map((run) => `${printable(run.function)} (${run.id})`);
  return `${head} ${style.between} started ${started.join(", ")}`;
}

function rest(count: number): readonly string[] {
  return count > LOOKED_UP_MAX ? [`  and ${count - LOOKED_UP_MAX} more events`] : [];
}

/** For events that started nothing: the name that was probably meant. */
async function hintsFor(client: Client, sent: readonly Sent[]): Promise<readonly string[]> {
  const idle = sent.filter(({ runs }) => runs?.length === 0);
  if (idle.length === 0) return [];
  const listeners = listenersOf(await client.apps());
  return [...new Set(idle.map(({ name }) => name))].flatMap((name) => hint(name, listeners));
}

/** How many functions listen to each name or pattern. */
function listenersOf(apps: readonly App[]): ReadonlyMap<string, number> {
  const listeners = new Map<string, number>();
  for (const { triggers } of apps.flatMap((app) => app.functions)) {
    for (const { event } of triggers)
      if (event !== undefined) listeners.set(event, (listeners.get(event) ?? 0) + 1);
  }
  return listeners;
}

function hint(name: string, listeners: ReadonlyMap<string, number>): readonly string[] {
  if (listeners.has(name)) return ["    Its runs may have been started before, by an event of the same id."];
  const close = nearest(name, listeners.keys());
  if (close === null) return [`    No function listens to ${printable(name)}. See holdfast apps list.`];
  const count = listeners.get(close) ?? 0;
  return [`    Did you mean ${printable(close)} (${count} function${count === 1 ? "" : "s"})?`];
}
