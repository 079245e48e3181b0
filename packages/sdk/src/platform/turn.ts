import type { World } from "./contract.ts";

/** What platforms offer for "as soon as everything that is ready has run". */
interface Turns {
  readonly setImmediate?: (act: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: {
      addEventListener(type: "message", listener: () => void): void;
      start(): void;
      close(): void;
    };
    readonly port2: { postMessage(message: null): void };
  };
}

/**
 * Waits until everything has run that could without the world: promises that wait for promises, however long the chain.
 * No clock is asked where the platform can do without, so that a world whose time stands still does not stand in the way.
 */
export async function nextTurn(world: World): Promise<void> {
  // No platform promises either; each is checked before it is used.
  const { setImmediate: immediate, MessageChannel: Channel } = globalThis as Turns;
  await new Promise<void>((resolve) => {
    if (immediate !== undefined) {
      immediate(resolve);
    } else if (Channel !== undefined) {
      const { port1, port2 } = new Channel();
      port1.addEventListener("message", () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(null);
    } else {
      world.after(0, resolve);
    }
  });
}
