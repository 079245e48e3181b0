import { builtinModule } from "./builtin-module.ts";

/** What the platform offers of `AsyncLocalStorage`. */
interface Storage<T> {
  getStore(): T | undefined;
  run<R>(store: T, act: () => R): R;
}

/** A value that follows the code it was given to, through every promise that code awaits. */
export interface AsyncContext<T> {
  /** False where the platform cannot do it: then the value is seen only until the code awaits for the first time. */
  readonly isComplete: boolean;
  run<R>(value: T, act: () => R): R;
  current(): T | undefined;
}

/** A context of the platform's own where there is one, else one that sees synchronous code only. */
export function createAsyncContext<T>(): AsyncContext<T> {
  const storage = platformStorage<T>();
  if (storage !== null) {
    return {
      isComplete: true,
      run: (value, act) => storage.run(value, act),
      current: () => storage.getStore(),
    };
  }
  return synchronousContext();
}

/** The context of platforms without `AsyncLocalStorage`. */
export function synchronousContext<T>(): AsyncContext<T> {
  let current: T | undefined;
  return {
    isComplete: false,
    run(value, act) {
      const outer = current;
      current = value;
      try {
        return act();
      } finally {
        current = outer;
      }
    },
    current: () => current,
  };
}

function platformStorage<T>(): Storage<T> | null {
  // Some platforms have it in Node's module, some among their globals, some not at all.
  const hooks = (builtinModule("node:async_hooks") ?? globalThis) as {
    readonly AsyncLocalStorage?: new () => Storage<T>;
  };
  const Constructor = hooks.AsyncLocalStorage;
  return Constructor === undefined ? null : new Constructor();
}
