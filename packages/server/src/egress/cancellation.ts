/** Something that an `AbortSignal` can stop. */
export interface Cancellable {
  cancel(): void;
}

/**
 * Requests by the signal that stops them. A signal is often shared by every request of a process, and adding a
 * listener walks all listeners it has; so each signal gets one listener, however many requests it covers.
 */
export class Cancellation {
  readonly #watched = new Map<
    AbortSignal,
    { readonly requests: Set<Cancellable>; readonly listener: () => void }
  >();

  /** The signal must not have been aborted yet. */
  watch(signal: AbortSignal, request: Cancellable): void {
    const watched = this.#watched.get(signal);
    if (watched !== undefined) {
      watched.requests.add(request);
      return;
    }
    const requests = new Set([request]);
    const listener = (): void => {
      for (const each of requests) each.cancel();
    };
    signal.addEventListener("abort", listener);
    this.#watched.set(signal, { requests, listener });
  }

  unwatch(signal: AbortSignal, request: Cancellable): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined) return;
    watched.requests.delete(request);
    if (watched.requests.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.listener);
  }
}
