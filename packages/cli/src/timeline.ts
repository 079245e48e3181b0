import type { JournalEntry, Update } from "@holdfast/client";
import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import { elapsed } from "./elapsed.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { createStyle } from "./style.ts";

export interface TimelineOptions {
  /** What to call a function; null when it is not known. */
  readonly functionName: (id: FunctionId) => string | null;
  /** Unix ms, for "retry in 30 s". */
  readonly now: () => number;
  readonly color: boolean;
  readonly ascii: boolean;
  /** An instant as a clock shows it; local time when absent. */
  readonly clockTime?: (at: number) => string;
}

/** Turns what happens on a server into lines for a person who watches. */
export interface Timeline {
  readonly lines: (update: Update) => readonly string[];
}

/** Events whose names are remembered for the runs they start. */
const EVENTS_MAX = 5000;
/** Runs that may be under way before the oldest is forgotten: its end then shows no duration. */
const RUNS_MAX = 5000;

/**
 * A timeline of runs. Lines of a run's steps are indented below its first line; a line that follows another run's
 * names its run, so that runs may interleave.
 *
 * @example
 * ```ts
 * const timeline = createTimeline({ functionName: () => "charge-card", now: Date.now, color: false, ascii: false });
 * timeline.lines(update); // ["  14:03:12  order/placed → charge-card  …9M  ▶ started"]
 * ```
 */
export function createTimeline(options: TimelineOptions): Timeline {
  const { functionName, now, clockTime = localTime } = options;
  const style = createStyle(options);
  const eventNames = new Map<EventId, string>();
  const queuedAt = new Map<RunId, number>();
  let lastRun: RunId | null = null;

  const line = (at: number, text: string): string => `  ${style.dim(clockTime(at))}  ${text}`;
  const tag = (id: string): string => style.dim(`${style.dots}${id.slice(-2)}`);
  const nameOf = (id: FunctionId): string => printable(functionName(id) ?? `function ${id.slice(0, 8)}`);
  const turnTo = (id: RunId): boolean => {
    const isOther = lastRun !== id;
    lastRun = id;
    return isOther;
  };

  return {
    lines: (update) => {
      switch (update.kind) {
        case "event.accepted": {
          remember(eventNames, update.eventId, printable(update.name), EVENTS_MAX);
          // The server's own events are told of where they start something: each end of a run is one.
          if (update.runIds.length > 0 || update.name.startsWith("inngest/")) return [];
          lastRun = null;
          return [
            line(
              update.at,
              `${printable(update.name)}  ${tag(update.eventId)}  ${style.dim("starts no function")}`,
            ),
          ];
        }
        case "run.queued": {
          remember(queuedAt, update.runId, update.at, RUNS_MAX);
          lastRun = update.runId;
          const event = eventNames.get(update.eventId);
          const cause = event === undefined ? "" : `${event} ${style.arrow} `;
          const name = style.bold(nameOf(update.functionId));
          return [line(update.at, `${cause}${name}  ${tag(update.runId)}  ${style.started} started`)];
        }
        case "journal": {
          const { runId, entry } = update;
          if (entry.kind === "run.ended") {
            lastRun = null;
            const began = queuedAt.get(runId);
            queuedAt.delete(runId);
            const duration = began === undefined ? "" : `  ${elapsed(entry.at - began)}`;
            const heading = `${style.bold(nameOf(update.functionId))}  ${tag(runId)}`;
            return ending(entry, style, heading, duration).map((text, index) =>
              index === 0 ? line(entry.at, text) : text,
            );
          }
          const step = stepLine(entry, style, now());
          if (step === null) return [];
          const suffix = turnTo(runId) ? `  ${tag(runId)}` : "";
          return [line(entry.at, `  ${step}${suffix}`)];
        }
        // A newer server may tell of more than this version knows.
        default:
          return [];
      }
    },
  };
}

/** What a journal entry says about a step, or null when it is no news to a person. */
function stepLine(entry: JournalEntry, style: Style, now: number): string | null {
  const name = printable(entry.name ?? "function");
  const data = parseData(entry.data);
  const took = entry.startedAt === null ? "" : `  ${style.dim(elapsed(entry.at - entry.startedAt))}`;
  switch (entry.kind) {
    // That a step is planned shows when it runs.
    case "step.planned":
      return null;
    case "step.completed":
      return entry.op === "Sleep"
        ? `${style.green(style.done)} ${name}  ${style.dim("slept")}`
        : `${style.green(style.done)} ${name}${took}`;
    case "step.failed":
      return `${style.red(style.failed)} ${name}  ${style.red(errorWords(member(data, "error")))}`;
    case "step.sleeping": {
      const until = member(data, "until");
      const length = typeof until === "number" ? `  sleeping ${elapsed(until - entry.at)}` : "  sleeping";
      return `${style.paused} ${name}${style.dim(length)}`;
    }
    case "step.waiting": {
      const target = textOrNull(member(data, "event")) ?? textOrNull(member(data, "signal"));
      const words = target === null ? "waiting" : `waiting for ${printable(target)}`;
      return `${style.paused} ${name}  ${style.dim(`${words}${upTo(member(data, "until"), entry.at)}`)}`;
    }
    case "step.invoking":
      return `${style.arrow} ${name}  ${style.dim("invoking")}`;
    case "step.requesting":
      return `${style.arrow} ${name}  ${style.dim("requesting")}`;
    case "attempt.failed": {
      const error = member(data, "error") ?? data;
      const retryAt = member(data, "retryAt");
      const again = typeof retryAt === "number" ? `  ${style.again} retry in ${elapsed(retryAt - now)}` : "";
      return `${style.red(style.failed)} ${name}  attempt ${entry.attempt + 1}  ${style.red(errorWords(error))}${style.yellow(again)}`;
    }
    case "run.ended":
      return null;
    // A newer server may write entries that this version does not know.
    default:
      return null;
  }
}

/** How long a wait may last. */
function upTo(until: unknown, at: number): string {
  return typeof until === "number" ? `, at most ${elapsed(until - at)}` : "";
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function ending(entry: JournalEntry, style: Style, heading: string, duration: string): readonly string[] {
  const data = parseData(entry.data);
  const status = member(data, "status");
  switch (status) {
    case "Failed":
      return [
        `${style.red(style.failed)} ${heading}  failed${duration}`,
        `            ${style.red(errorWords(member(data, "error")))}`,
      ];
    case "Cancelled":
    case "Skipped": {
      const reason = textOrNull(member(data, "reason"));
      const why = reason === null ? "" : `  ${style.dim(printable(reason))}`;
      return [`${style.yellow(style.warning)} ${heading}  ${status.toLowerCase()}${duration}${why}`];
    }
    default:
      return [`${style.green(style.done)} ${heading}  completed${duration}`];
  }
}

/** `Name: message` of an error as it travels. */
function errorWords(error: unknown): string {
  if (typeof error === "string") return printable(error);
  const name = member(error, "name");
  const message = member(error, "message");
  const words = [name, message].filter((part): part is string => typeof part === "string" && part !== "");
  return words.length === 0 ? "failed without an error" : printable(words.join(": "));
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  // Any object's members may be looked up by name; absent ones are undefined.
  return (value as Record<string, unknown>)[key];
}

function parseData(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    // A line without details is better than none.
    return null;
  }
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, countMax: number): void {
  map.set(key, value);
  if (map.size <= countMax) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

function localTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
