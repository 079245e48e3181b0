/** Longest path that is returned to. */
const CHARS_MAX = 500;

/**
 * A path of this site, or `/`. One slash and no second one nor a backslash after it, no control characters, and the same origin
 * once a browser has read it: whatever else somebody wrote is not followed. Pure.
 */
export function returnPath(text: string | null, publicUrl: string): string {
  if (
    text === null ||
    text.length > CHARS_MAX ||
    !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) ||
    text.includes("\\")
  )
    return "/";
  const url = URL.parse(text, publicUrl);
  const isHere = url !== null && url.origin === new URL(publicUrl).origin;
  return isHere && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}${url.hash}` : "/";
}
