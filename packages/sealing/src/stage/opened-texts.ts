/** Characters that are remembered at most, sealed and plain together, and values. */
const CHARS_MAX = 16 * 1024 * 1024;
const COUNT_MAX = 20_000;

interface Opened {
  /** The question that was answered: where the value had to stand, and what stood beside it. */
  readonly place: string;
  readonly keyId: string;
  /** JSON text, of which each reader makes a value of his own. */
  readonly plain: string;
}

/**
 * What sealed texts were found to hold. A run hands every finished step back in every call, and a text that was
 * authentic at a place is so the next time. Nothing is remembered but answers to the very same question: another text, place
 * or member beside it is opened anew. Lives in the app, where the values are in clear anyway, and forgets the oldest first.
 */
export class OpenedTexts {
  readonly #texts = new Map<string, Opened>();
  #chars = 0;

  find(text: string, place: string): Opened | null {
    const known = this.#texts.get(text);
    return known?.place === place ? known : null;
  }

  remember(text: string, opened: Opened): void {
    this.#forget(text);
    this.#texts.set(text, opened);
    this.#chars += charsOf(text, opened);
    for (const oldest of this.#texts.keys()) {
      if (this.#chars <= CHARS_MAX && this.#texts.size <= COUNT_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(text: string): void {
    const known = this.#texts.get(text);
    if (known === undefined) return;
    this.#texts.delete(text);
    this.#chars -= charsOf(text, known);
  }
}

function charsOf(text: string, { place, plain }: Opened): number {
  return text.length + place.length + plain.length;
}
