/** What a server or an app wrote to its log, line by line. */
export interface CapturedLog {
  readonly lines: readonly string[];
  /** Takes a line; fits where a server wants a place for its log. */
  readonly write: (line: string) => void;
  /** Lines that are JSON objects, as objects. */
  entries(): readonly Readonly<Record<string, unknown>>[];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
          return isObject(entry) ? [entry] : [];
        } catch {
          // A line of another form is still in `lines`.
          return [];
        }
      }),
  };
}
