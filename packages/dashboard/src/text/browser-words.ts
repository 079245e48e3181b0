const BROWSERS = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;

const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["Linux", "Linux"],
] as const;

/** A browser as people call it: `Firefox on Windows`. What it says of itself proves nothing. Pure. */
export function browserWords(userAgent: string | null): string {
  const text = userAgent ?? "";
  const find = (table: readonly (readonly [string, string])[]): string | null =>
    table.find(([mark]) => text.includes(mark))?.[1] ?? null;
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser === null) return text === "" ? "Unknown browser" : text.slice(0, 40);
  return system === null ? browser : `${browser} on ${system}`;
}
