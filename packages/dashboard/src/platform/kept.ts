/** What a browser keeps for one person: how the pages look, never what they show. */
export const kept = {
  /** Null when nothing is kept, or the browser keeps nothing. */
  read(name: string): string | null {
    try {
      return localStorage.getItem(`holdfast.${name}`);
    } catch {
      // A browser that keeps nothing for this page is used as it is.
      return null;
    }
  },
  write(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`holdfast.${name}`);
      else localStorage.setItem(`holdfast.${name}`, value);
    } catch {
      // The choice lasts as long as the page.
    }
  },
};
