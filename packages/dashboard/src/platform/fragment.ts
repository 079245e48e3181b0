/**
 * The token that a one-time link carries behind its `#`, taken out of the address at once: it must not stay in the history,
 * in a bookmark, or on a screen that somebody photographs.
 */
export function takeFragment(): string | null {
  const token = location.hash.slice(1);
  if (token === "") return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
