/**
 * The world, as interfaces: clock, randomness, ids, digests, log. The only room that touches the real ones. And how the
 * network writes addresses, which several rooms read.
 */
export type { AddressRange } from "./address-range.ts";
export { readAddressRange } from "./address-range.ts";
export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { nodeDigest } from "./digest.ts";
export type { Ids } from "./ids.ts";
export { createIds } from "./ids.ts";
export type { Log, LogLevel } from "./log.ts";
export { createLog, silentLog } from "./log.ts";
export type { MachinePause } from "./machine-pause.ts";
export { machinePause } from "./machine-pause.ts";
export type { Random } from "./random.ts";
export { systemRandom } from "./random.ts";
export type { AdjustableClock } from "./scaled-clock.ts";
export { scaledClock } from "./scaled-clock.ts";
