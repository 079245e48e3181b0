import type { RateLimit } from "../records.ts";
import type { CommandReader } from "./commands.ts";
import type { Value } from "./statement.ts";

/** A rate limit on its way to the writer: three values, the first of them null where there is none. */
export function encodeRateLimit(values: Value[], rateLimit: RateLimit | null): void {
  values.push(rateLimit?.counter ?? null, rateLimit?.limit ?? 0, rateLimit?.periodMs ?? 0);
}

export function readRateLimit(reader: CommandReader): RateLimit | null {
  const counter = reader.textOrNull();
  const limit = reader.number();
  const periodMs = reader.number();
  return counter === null ? null : { counter, limit, periodMs };
}
