/** When functions that run by the clock are due: cron expressions, their jitter, and what a pause of the server missed. Pure. */
export type { Cron } from "./cron.ts";
export { parseCron } from "./cron.ts";
export { jitterOf } from "./jitter.ts";
export type { MissedTicks } from "./missed-ticks.ts";
export { CATCH_UP_MAX, missedTicks } from "./missed-ticks.ts";
