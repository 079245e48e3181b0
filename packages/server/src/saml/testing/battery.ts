import { ALGORITHMS } from "./battery/algorithms.ts";
import { MARKUP } from "./battery/markup.ts";
import type { BatteryRow } from "./battery/row.ts";
import { STATEMENTS } from "./battery/statements.ts";
import { WRAPPING } from "./battery/wrapping.ts";

export type { BatteryKit, BatteryRow } from "./battery/row.ts";
export { expectedIn, genuine } from "./battery/row.ts";

/**
 * Documents that must be refused, and by which code. Rows R1 and R3, the same document again and four at once, are no
 * other documents: whoever has a store posts `genuine` twice.
 */
export const BATTERY: readonly BatteryRow[] = [...WRAPPING, ...MARKUP, ...STATEMENTS, ...ALGORITHMS].sort(
  (left, right) => left.number.localeCompare(right.number),
);
