const NAMES_MAX = 200;
const VALUES_MAX = 2000;
const CHARS_MAX = 4000;

/** Claims as texts, by name, in a Map: whatever a claim is called, it is nothing but a key. What is no text is left out. Pure. */
export function claimsOf(all: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(all)
      .slice(0, NAMES_MAX)
      .map(([name, value]) => [name, textsOf(value)] as const)
      .filter(([, texts]) => texts.length > 0),
  );
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.slice(0, VALUES_MAX).flatMap((each: unknown) => textOf(each));
  return textOf(value);
}

function textOf(value: unknown): readonly string[] {
  if (typeof value === "string") return value.length <= CHARS_MAX ? [value] : [];
  return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}
