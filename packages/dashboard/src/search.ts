/**
 * What an address says behind its `?`, as plain text: `?q=7` is the text 7. Of a name that stands twice the last counts. Pure.
 */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** An address's search, without what says nothing. Pure. */
export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
  );
  const text = new URLSearchParams(said).toString();
  return text === "" ? "" : `?${text}`;
}

/** Members of an address's search that are text and say something. */
export type Texts<Name extends string> = { readonly [Key in Name]?: string | undefined };

/** Pure. */
export function readTexts<Name extends string>(
  search: Readonly<Record<string, unknown>>,
  ...names: readonly Name[]
): Texts<Name> {
  const texts: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" && value !== "") texts[name] = value;
  }
  return texts;
}
