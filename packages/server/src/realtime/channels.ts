import type { Channels } from "./contract.ts";

/** Readers of one channel, and of all of them. */
const CHANNEL_READERS_MAX = 100;
const READERS_MAX = 10_000;

/** A fan-out in memory: it keeps nothing, so that a reader hears what is said from when he came. */
export function createChannels(): Channels {
  const channels = new Map<string, Set<(bytes: Uint8Array) => void>>();
  let readersCount = 0;
  return {
    publish(channel, bytes) {
      for (const reader of channels.get(channel) ?? []) reader(bytes);
    },
    subscribe(channel, reader) {
      const readers = channels.get(channel) ?? new Set();
      if (readers.size >= CHANNEL_READERS_MAX || readersCount >= READERS_MAX) return null;
      // Each call is a reader of its own, even when the same function is given twice.
      const own = (bytes: Uint8Array): void => reader(bytes);
      readers.add(own);
      readersCount += 1;
      channels.set(channel, readers);
      return () => {
        if (!readers.delete(own)) return;
        readersCount -= 1;
        if (readers.size === 0) channels.delete(channel);
      };
    },
  };
}
