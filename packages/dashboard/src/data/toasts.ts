/** What was done a moment ago, in a few words. */
export interface Toasts {
  readonly say: (words: string) => void;
  readonly dismiss: (id: number) => void;
  readonly current: () => readonly Toast[];
  readonly subscribe: (listener: () => void) => () => void;
}

export interface Toast {
  readonly id: number;
  readonly words: string;
}

/** As many as fit beside a page. */
const TOAST_COUNT_MAX = 3;

export function createToasts(): Toasts {
  let shown: readonly Toast[] = [];
  let lastId = 0;
  const listeners = new Set<() => void>();
  const show = (next: readonly Toast[]): void => {
    shown = next;
    for (const listener of listeners) listener();
  };
  return {
    say(words) {
      lastId += 1;
      show([...shown, { id: lastId, words }].slice(-TOAST_COUNT_MAX));
    },
    dismiss: (id) => show(shown.filter((toast) => toast.id !== id)),
    current: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
