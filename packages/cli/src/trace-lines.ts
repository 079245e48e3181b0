import type { TraceSpan } from "@holdfast/client";
import { elapsed } from "./elapsed.ts";
import { printable } from "./printable.ts";
import { markOf } from "./run-row.ts";
import type { Style } from "./style.ts";

/** Columns of a bar, and of the longest name that is shown in full. */
const BAR_COLUMNS = 24;
const NAME_COLUMNS_MAX = 36;

/** The stretch of time that bars are drawn in, Unix ms. */
interface Scale {
  readonly from: number;
  readonly until: number;
}

/** A line before its columns are fitted. */
interface Row {
  readonly offset: string;
  readonly head: string;
  readonly mark: string;
  readonly bar: string;
  readonly took: string;
  readonly detail: string;
}

/**
 * A trace as a timeline: a line for each step, in the order of the run, with when it began (from the run's start), a bar
 * of its time in the queue and at work, how long it took, and what there is to say about it. Attempts are indented.
 *
 * @param now Unix ms; where the bars of what is still open end
 */
export function traceLines(root: TraceSpan, style: Style, now: number): readonly string[] {
  const scale = {
    from: Date.parse(root.queuedAt),
    until: root.endedAt === undefined ? now : Date.parse(root.endedAt),
  };
  const rows = (root.children ?? []).flatMap((span) => rowsOf(span, 0, scale, style));
  const headColumns = Math.max(0, ...rows.map(({ head }) => head.length));
  const tookColumns = Math.max(0, ...rows.map(({ took }) => took.length));
  const total = root.durationMs === undefined ? "" : `  ${elapsed(Number(root.durationMs))}`;
  const failure = root.status === "FAILED" ? [`      ${style.red(errorWords(root.output))}`] : [];
  return [
    `  ${markOf(root.status, style)} ${style.bold(printable(root.name))}  ${root.status.toLowerCase()}${total}`,
    ...failure,
    ...(rows.length === 0 ? [] : [""]),
    ...rows.map(({ bar, detail, head, mark, offset, took }) =>
      `  ${style.dim(offset.padStart(9))}  ${mark} ${head.padEnd(headColumns)}  ${bar}  ${took.padStart(tookColumns)}  ${detail}`.trimEnd(),
    ),
  ];
}

function rowsOf(span: TraceSpan, depth: number, scale: Scale, style: Style): readonly Row[] {
  const { children = [], queuedAt } = span;
  const row: Row = {
    offset: depth > 0 ? "" : elapsed(Math.max(0, Date.parse(queuedAt) - scale.from)),
    head: `${"  ".repeat(depth)}${printable(span.name, NAME_COLUMNS_MAX)}`,
    mark: markOf(span.status, style),
    bar: barOf(span, scale, style),
    took: span.durationMs === undefined ? "" : elapsed(Number(span.durationMs)),
    detail: detailOf(span, style),
  };
  return [row, ...children.flatMap((child) => rowsOf(child, depth + 1, scale, style))];
}

/** Blank before the span, light while it is queued or waits, full while it is at work. At least one column is drawn. */
function barOf(span: TraceSpan, scale: Scale, style: Style): string {
  const columnOf = (at: number): number => {
    const share = (at - scale.from) / Math.max(1, scale.until - scale.from);
    return Math.min(BAR_COLUMNS, Math.max(0, Math.round(share * BAR_COLUMNS)));
  };
  const queued = Math.min(columnOf(Date.parse(span.queuedAt)), BAR_COLUMNS - 1);
  const ended = Math.max(
    queued + 1,
    columnOf(span.endedAt === undefined ? scale.until : Date.parse(span.endedAt)),
  );
  const isIdle = span.wait !== undefined || span.startedAt === undefined;
  const begun =
    isIdle || span.startedAt === undefined
      ? ended
      : Math.min(ended - 1, Math.max(queued, columnOf(Date.parse(span.startedAt))));
  return [
    " ".repeat(queued),
    style.dim(style.idle.repeat(begun - queued)),
    style.busy.repeat(ended - begun),
    " ".repeat(BAR_COLUMNS - ended),
  ].join("");
}

function detailOf(span: TraceSpan, style: Style): string {
  const { output, queueMs, retryAt, status } = span;
  const parts = [
    waitWords(span, style),
    // A moment in the queue is no news.
    Number(queueMs ?? 0) >= 10 ? style.dim(`queued ${elapsed(Number(queueMs))}`) : "",
    status === "FAILED" ? style.red(errorWords(output)) : "",
    retryAt !== undefined && status !== "FAILED" ? style.yellow(`${style.again} again at ${retryAt}`) : "",
    ["QUEUED", "RUNNING", "CANCELLED"].includes(status) ? style.dim(status.toLowerCase()) : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function waitWords({ wait }: TraceSpan, style: Style): string {
  if (wait === undefined) return "";
  const target =
    wait.kind === "sleep"
      ? "sleep"
      : wait.kind === "event"
        ? `event ${wait.event ?? ""}`
        : wait.kind === "signal"
          ? `signal ${wait.signal ?? ""}`
          : `invoke ${wait.runId ?? wait.functionId ?? ""}`;
  const until = wait.outcome === "open" && wait.until !== undefined ? `until ${wait.until}` : "";
  const outcome = { open: until, resumed: "", timed_out: "timed out", cancelled: "" }[wait.outcome];
  return style.dim(
    [printable(target.trim()), outcome].filter((part) => part !== "").join(` ${style.between} `),
  );
}

/** `Name: message` of an error as it travels. */
function errorWords(output: TraceSpan["output"]): string {
  const words = [output?.["name"], output?.["message"]].filter(
    (part): part is string => typeof part === "string" && part !== "",
  );
  return words.length === 0 ? "failed without an error" : printable(words.join(": "));
}
