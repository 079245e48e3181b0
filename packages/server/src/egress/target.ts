/** Where a request goes, in the pieces that sending needs. */
export interface Target {
  readonly origin: string;
  /** Path and query, as they go on the request line. */
  readonly path: string;
  /** Origin and path for messages, without the query, which may be secret. */
  readonly shown: string;
  /** The whole address. */
  readonly href: string;
}

/** Addresses remembered at once. An app has few; those with a step in their query are many, and pass through. */
const REMEMBERED_COUNT = 512;

/**
 * Reads addresses and remembers them: a function is called at the same one again and again, and a parsed URL per call is
 * work for the parser and, while hundreds are under way, for the garbage collector.
 */
export class Targets {
  readonly #known = new Map<string, Target>();

  /** The target, or why it cannot be called. Nothing of it is quoted but its scheme: the rest may be secret. */
  read(text: string): Target | string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const url = URL.parse(text);
    if (url === null) return "its URL is not valid";
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      return `its URL begins with "${url.protocol}", and only http: and https: can be called`;
    }
    if (url.username !== "" || url.password !== "") return "its URL holds credentials";
    const target = targetOf(url);
    if (this.#known.size >= REMEMBERED_COUNT) this.#known.clear();
    this.#known.set(text, target);
    return target;
  }
}

/** The target a checked URL stands for. */
export function targetOf(url: URL): Target {
  const { origin, pathname, search, href } = url;
  return { origin, path: pathname + search, shown: origin + pathname, href };
}
