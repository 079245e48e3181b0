/**
 * Attributes as somebody writes them to try a mapping: one `name = value` a line; a name may come again with another value.
 * A line without `=` says nothing. Pure.
 */
export function readSample(text: string): Readonly<Record<string, readonly string[]>> {
  const attributes: Record<string, string[]> = {};
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    const name = line.slice(0, Math.max(at, 0)).trim();
    if (name === "") continue;
    (attributes[name] ??= []).push(line.slice(at + 1).trim());
  }
  return attributes;
}
