import { subscribe, unsubscribe } from "node:diagnostics_channel";

const CHANNEL = "undici:request:headers";

/** Fulfilled when the HTTP client has read the head of the next answer, which nothing else shows from outside. */
export function nextResponseHead(): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      unsubscribe(CHANNEL, listener);
      resolve();
    };
    subscribe(CHANNEL, listener);
  });
}
