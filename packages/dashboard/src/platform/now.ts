/** The browser's clock, Unix ms. */
export function now(): number {
  return Date.now();
}
