/** The machine's monotonic clock in milliseconds: on Linux all processes read the same one. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
