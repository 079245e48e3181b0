import type { Store } from "@holdfast/server/rooms";
import type { Oracle } from "./oracle.ts";

/** The store as one process has it, with the oracle looking on. */
export function watchedStore(store: Store, oracle: Oracle): Store {
  return over(store, {
    runs: over(store.runs, {
      async advance(advance) {
        const told = oracle.advances(advance);
        const result = await store.runs.advance(advance);
        told(result.kind === "committed");
        return result;
      },
    }),
  });
}

/** An object with some of its members replaced. Methods keep the object they belong to. */
function over<Target extends object>(target: Target, members: Partial<Target>): Target {
  return new Proxy(target, {
    get(_, key) {
      // The keys of a proxy's traps are not tied to the type of its target.
      const name = key as keyof Target;
      if (name in members) return members[name];
      const member = target[name];
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
