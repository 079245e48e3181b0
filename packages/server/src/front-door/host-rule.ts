/** Names by which this machine is reached from itself, and from containers on it. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "host.docker.internal"]);

export interface HostRule {
  /** Where people and apps reach the server; null when it is known by its address alone. */
  readonly publicUrl: string | null;
  /** Further names, such as that of a service among containers. */
  readonly allowed: readonly string[];
  /** The address that it listens on. */
  readonly listens: string;
}

/**
 * Whether a request names this server as its host. One that names another came through a name that somebody else chose: a
 * page may have its own name lead here (DNS rebinding), and then read what the server says as its own.
 */
export function hostRule({ allowed, listens, publicUrl }: HostRule): (host: string) => boolean {
  const own = URL.parse(publicUrl ?? "")?.hostname ?? "";
  const names = new Set([...LOOPBACK, own, ...allowed.map((name) => name.toLowerCase())]);
  // An address is nobody's name. Only the one that was named: where it listens on all of them, by any.
  const isAny = listens === "0.0.0.0" || listens === "::";
  names.add(listens.includes(":") ? `[${listens}]` : listens);
  return (host) => {
    const name = nameIn(host);
    if (name === null) return false;
    return names.has(name) || (isAny && isAddress(name));
  };
}

/** The name of a Host header, lower case, without its port; null for what is none. */
function nameIn(host: string): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, "");
}

function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}
