/** A URL, or null for what is none. `URL.parse` does the same, but not yet on every platform that apps run on. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
