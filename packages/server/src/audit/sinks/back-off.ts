/** The first pause after a failure, and the longest. */
const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long a sink is left alone after so many failures in a row, from 1: twice as long each time, up to five minutes, less up
 * to half of it by chance (`fraction`, 0 to 1), so that sinks which failed together do not come back together.
 */
export function retryDelayMs(failureCount: number, fraction: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failureCount - 1, 20));
  return full * (1 - fraction / 2);
}
