import type { ServerClock } from "@holdfast/client";
import { formatDuration, HoldfastError, isHoldfastError, parseDuration } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import type { Style } from "./style.ts";

/** Shows a development server's time. */
export async function showClock(invocation: Invocation): Promise<number> {
  const clock = await connect(invocation).clock();
  invocation.report.result(clock, [`  ${clockLine(clock, invocation.report.style)}`]);
  return EXIT.done;
}

/** Moves a development server's time ahead. */
export async function advanceClock(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const ms = durationOf(operands[0] ?? "");
  const clock = await connect(invocation).advanceClock(ms);
  const { style } = report;
  report.result(clock, [
    `  ${style.green(style.done)} ${formatDuration(ms)} later ${style.between} ${clockLine(clock, style)}`,
  ]);
  return EXIT.done;
}

/** A scale near 1 moves time by less than this while one looks at it. */
const NOTABLE_MS = 1000;

function clockLine({ now, scale, offsetMs }: ServerClock, style: Style): string {
  const distance =
    Math.abs(offsetMs) < NOTABLE_MS
      ? "the time of this machine"
      : `${formatDuration(Math.round(Math.abs(offsetMs) / 1000) * 1000)} ${offsetMs > 0 ? "ahead of" : "behind"} this machine`;
  const pace = scale === 1 ? "" : ` ${style.between} ${scale} times as fast`;
  return `${new Date(now).toISOString()} ${style.between} ${distance}${pace}`;
}

function durationOf(text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms >= 0) return ms;
  } catch (error) {
    if (!isHoldfastError(error, "duration_invalid")) throw error;
  }
  throw new HoldfastError(
    "usage_invalid",
    `Cannot advance the clock by ${JSON.stringify(text.slice(0, 40))}: it is not a duration such as 90s, 2h or 3d12h.`,
  );
}
