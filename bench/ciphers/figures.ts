import { baseOf } from "./candidates.ts";

/** What was measured at one place. */
export interface Figures {
  /** The runtime, with its version. */
  readonly place: string;
  /** By the value's size: what each candidate took, in microseconds. */
  readonly sizes: ReadonlyMap<number, readonly (readonly [name: string, micros: number])[]>;
}

/** The figures as text: microseconds, and how many times the bare primitive that sealing uses there. */
export function figuresText({ place, sizes }: Figures): string {
  const blocks = [...sizes].map(([size, rows]) => {
    const base = new Map(rows).get(
      baseOf(
        size,
        rows.map(([name]) => name),
      ),
    );
    const lines = rows.map(
      ([name, micros]) =>
        `  ${micros.toFixed(1).padStart(9)}  ${(micros / (base ?? Number.NaN)).toFixed(2).padStart(6)} ×  ${name}`,
    );
    return [`${size} bytes`, ...lines].join("\n");
  });
  return [`${place}; microseconds for one value, the best of several rounds`, ...blocks].join("\n\n");
}
