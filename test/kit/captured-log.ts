/** What a server or an app wrote to its log, line by line. */
export interface CapturedLog {
  readonly lines: readonly string[];
  /** Takes a line; fits where a server wants a place for its log. */
  write(line: string): void;
  /** Lines that are JSON objects, as objects. */
  entries(): readonly Readonly<Record<string, unknown>>[];
}

export function createCapturedLog(): CapturedLog {
  const lines: string[] = [];
  return {
    lines,
    write: (line) => void lines.push(line.trimEnd()),
    entries: () =>
      lines.flatMap((line) => {
        try {
          const entry: unknown = JSON.parse(line);
          // An object's members may be read by name; tests assert what they hold.
          return typeof entry === "object" && entry !== null ? [entry as Record<string, unknown>] : [];
        } catch {
          // A line of another form is still in `lines`.
          return [];
        }
      }),
  };
}
