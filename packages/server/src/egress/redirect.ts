/** Where an answer sends the request next, or why it may not go there. */
export type RedirectVerdict =
  | { readonly kind: "none" }
  | { readonly kind: "follow"; readonly url: URL }
  | { readonly kind: "refused"; readonly reason: string };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Decides on the redirect in an answer. Method, body and headers stay as they are (wire-protocol 5.1), so the next
 * address gets everything the first one got: it must be the same origin, or the same host by https instead of http.
 *
 * Parameters of the present query that the new address does not name are kept: they say which function is called, and
 * frameworks drop them when they add a slash.
 */
export function judgeRedirect(from: URL, status: number, location: string | undefined): RedirectVerdict {
  if (location === undefined || !REDIRECTS.has(status)) return { kind: "none" };
  const to = URL.parse(location, from.href);
  if (to === null) return { kind: "refused", reason: "its address is not a URL" };
  if (to.username !== "" || to.password !== "")
    return { kind: "refused", reason: "its address holds credentials" };
  if (!isWeb(to)) return { kind: "refused", reason: `it leads to a ${to.protocol} address` };
  if (to.origin !== from.origin && !isUpgrade(from, to)) {
    return { kind: "refused", reason: `it leads to another origin (${to.origin})` };
  }
  to.hash = "";
  // Named before anything is added, so that a parameter given twice is kept twice.
  const named = new Set(to.searchParams.keys());
  for (const [name, value] of from.searchParams) {
    if (!named.has(name)) to.searchParams.append(name, value);
  }
  return { kind: "follow", url: to };
}

/** Asked beside the origin, since a `blob:` address has the origin of the page that made it. */
function isWeb(to: URL): boolean {
  return to.protocol === "http:" || to.protocol === "https:";
}

/** From http to https on one host: both on their default port, or both on the same one. */
function isUpgrade(from: URL, to: URL): boolean {
  return (
    from.protocol === "http:" &&
    to.protocol === "https:" &&
    from.hostname === to.hostname &&
    from.port === to.port
  );
}
