/**
 * Whether an app may be called at another address than before without anybody's word. Within one host a port may change, and
 * http become https; on this machine an app is where its process is. Anything else an app could have been made to register:
 * it learns its own address from the `Host` of whoever asks it.
 */
export function movesFreely(from: string, to: string): boolean {
  const [before, after] = [URL.parse(from), URL.parse(to)];
  if (before === null || after === null) return false;
  if (before.protocol === "https:" && after.protocol !== "https:") return false;
  return before.hostname === after.hostname || (isThisMachine(before) && isThisMachine(after));
}

/** The origin of an app's address, or null for what is none. */
export function originOf(url: string): string | null {
  const origin = URL.parse(url)?.origin ?? "null";
  return origin === "null" ? null : origin;
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
