import { LIMITS } from "@holdfast/protocol";

/** An id longer than the limit is shown by its beginning. */
const SHOWN_CHARS = 40;

/** What is wrong with a name that ends up in ids, URLs and logs, in words that go on after it, or null. */
export function identifierFault(text: string): string | null {
  if (text.length > LIMITS.identifierChars)
    return `has ${text.length} characters; at most ${LIMITS.identifierChars} are allowed`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return "holds invisible or control characters";
  if (!text.isWellFormed()) return "holds half of a character (a lone surrogate)";
  return null;
}

/** An id as a message shows it: it may be anything here, as long as the whole registration. */
export function quotedId(id: string): string {
  return JSON.stringify(id.length > LIMITS.identifierChars ? `${id.slice(0, SHOWN_CHARS)}…` : id);
}

/** The id of a function that was registered without one: its app's, and its name in lower case (wire-protocol 4.4). */
export function slugOf(appName: string, name: unknown): string {
  const words =
    typeof name === "string"
      ? name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, "-")
          .replace(/^-+|-+$/g, "")
      : "";
  return `${appName}-${words}`;
}

/** Text for people, cut to what is kept of it; null when there is none. */
export function keptText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, LIMITS.identifierChars) : null;
}
