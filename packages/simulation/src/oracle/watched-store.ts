import type { Store } from "@holdfast/server/rooms";
import type { SimulatedProcess } from "../world/process.ts";
import type { Oracle } from "./oracle.ts";

/** The store as one process has it, with the oracle looking on. */
export function watchedStore(
  store: Store,
  process: SimulatedProcess,
  oracle: Oracle,
  trace: (line: string) => void,
): Store {
  return over(store, {
    runs: over(store.runs, {
      async advance(advance) {
        const told = oracle.advances(process, advance);
        const result = await store.runs.advance(advance).catch((error: unknown) => {
          told(false);
          throw error;
        });
        const what = [
          ...advance.journal.map(({ kind, name }) => (name === null ? kind : `${kind} ${name}`)),
          ...advance.enqueue.map(
            ({ key, dueAt, generation }) => `queue ${key}#${generation}@${dueAt - advance.now}`,
          ),
          ...advance.finish.map((key) => `finish ${key}`),
        ];
        trace(`commits ${advance.runId} (${advance.run.status}): ${result.kind}, ${what.join(", ")}`);
        told(result.kind === "committed");
        return result;
      },
    }),
  });
}

/** An object with some of its members replaced. Methods keep the object they belong to. */
export function over<Target extends object>(target: Target, members: Partial<Target>): Target {
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
