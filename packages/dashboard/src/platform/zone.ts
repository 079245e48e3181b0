import { kept } from "./kept.ts";

export const ZONES = ["local", "utc"] as const;
/** In whose time instants are written. */
export type Zone = (typeof ZONES)[number];

const listeners = new Set<() => void>();

export const zone = {
  current: (): Zone => (kept.read("zone") === "utc" ? "utc" : "local"),
  choose: (chosen: Zone): void => {
    kept.write("zone", chosen === "local" ? null : chosen);
    for (const listener of listeners) listener();
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
