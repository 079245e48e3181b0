const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A stretch of time as a person says it: `120 ms`, `1.2 s`, `19 s`, `2 min 5 s`, `3 h 4 min`, `2 d 1 h`. */
export function elapsed(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND_MS) return `${whole} ms`;
  // Rounded first, so that 59.96 s is a minute and not 60.0 s.
  if (whole < 9950) return `${(whole / SECOND_MS).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(whole / SECOND_MS) * SECOND_MS;
  if (seconds < MINUTE_MS) return `${seconds / SECOND_MS} s`;
  if (seconds < HOUR_MS) return twoUnits(seconds, MINUTE_MS, "min", SECOND_MS, "s");
  if (seconds < DAY_MS) return twoUnits(seconds, HOUR_MS, "h", MINUTE_MS, "min");
  return twoUnits(seconds, DAY_MS, "d", HOUR_MS, "h");
}

function twoUnits(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}
