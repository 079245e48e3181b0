import type { SessionInfo } from "@holdfast/client";

/** Where a page leads when the session does not fit it; null: it may be shown. Pure. */
export function detour(session: SessionInfo, path: string): "/sign-in" | "/set-up" | "/account" | null {
  switch (session.state) {
    case "setup_required":
      return "/set-up";
    case "signed_out":
    case "second_factor":
      return "/sign-in";
    case "signed_in":
      return session.must != null && path !== "/account" ? "/account" : null;
  }
}

/** A path of these pages to go on with; what leads elsewhere is the beginning. Pure. */
export function safePath(text: unknown): string {
  const isOurs =
    typeof text === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) && !text.startsWith("/sign-in");
  return isOurs ? text : "/";
}

/**
 * Whether the address of an identity provider may be gone to: https, or this very server. What a script scheme would do must
 * never hang on an answer. Pure.
 */
export function isSafeDeparture(url: string, origin: string): boolean {
  if (!URL.canParse(url, origin)) return false;
  const { origin: target, protocol } = new URL(url, origin);
  return protocol === "https:" || target === origin;
}
