/**
 * Style sheets without comments and without white space that means nothing. Knows what ours are written with: no strings
 * that hold braces, comments or runs of spaces.
 */
export function compactCss(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\s*([{};,])\s*/g, "$1")
    .replaceAll(";}", "}")
    .trim();
}
