/**
 * The world, as interfaces: clock, randomness, ids, digests, log. The only room that touches the real ones. And what several
 * rooms need of addresses and rates.
 */
export type { AddressRange } from "./address-range.ts";
export { readAddressRange } from "./address-range.ts";
export { addressRule } from "./address-rule.ts";
export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { nodeDigest } from "./digest.ts";
export type { Ids } from "./ids.ts";
export { createIds } from "./ids.ts";
export type { Log, LogLevel } from "./log.ts";
export { createLog, silentLog } from "./log.ts";
export type { MachinePause } from "./machine-pause.ts";
export { machinePause } from "./machine-pause.ts";
export { isThisMachine, networkOf } from "./network-of.ts";
export type { Random } from "./random.ts";
export { systemRandom } from "./random.ts";
export type { AdjustableClock } from "./scaled-clock.ts";
export { scaledClock } from "./scaled-clock.ts";
export type { Bucket } from "./token-bucket.ts";
export { takeFrom } from "./token-bucket.ts";
