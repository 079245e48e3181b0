/** How far a place's clocks are from UTC, and when that changes. */
export interface Zone {
  /** What to add to Unix ms for wall time, in ms. */
  offsetAt(at: number): number;
  /** The first instant after `from` and up to `to` whose offset is another than that at `from`; null when there is none. */
  nextChange(from: number, to: number): number | null;
}

export const UTC: Zone = { offsetAt: () => 0, nextChange: () => null };

/** Two changes of one zone are further apart than this. */
const PROBE_MS = 24 * 60 * 60 * 1000;

const NAME = /^[a-z][a-z0-9_+-]*(?:\/[a-z0-9_+-]+)*$/i;
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** The zone of a name in the IANA time zone database, as the runtime's `Intl` has it; null for any other text. */
export function findZone(name: string): Zone | null {
  // Intl also takes bare offsets such as "+01:00", which are no names.
  if (!NAME.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      timeZoneName: "longOffset",
      year: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const offsetAt = (at: number): number => {
    const [, sign, hours, minutes, seconds = "0"] = OFFSET.exec(format.format(at)) ?? [];
    if (sign === undefined) return 0;
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return sign === "-" ? -ms : ms;
  };
  return {
    offsetAt,
    nextChange(from, to) {
      const offset = offsetAt(from);
      for (let low = from; low < to;) {
        let high = Math.min(low + PROBE_MS, to);
        if (offsetAt(high) === offset) {
          low = high;
          continue;
        }
        while (high - low > 1) {
          const middle = Math.floor((low + high) / 2);
          if (offsetAt(middle) === offset) low = middle;
          else high = middle;
        }
        return high;
      }
      return null;
    },
  };
}
