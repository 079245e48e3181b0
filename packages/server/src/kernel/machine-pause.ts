/** A stretch of the machine's time. */
export interface MachinePause {
  /** Settles when it has passed, or was ended. */
  readonly passed: Promise<void>;
  end(): void;
}

/** Begins to wait so many milliseconds by the machine's clock. Unlike a timer of a clock it keeps the process alive. */
export function machinePause(ms: number): MachinePause {
  const { promise, resolve } = Promise.withResolvers<void>();
  const handle = setTimeout(resolve, ms);
  return {
    passed: promise,
    end() {
      clearTimeout(handle);
      resolve();
    },
  };
}
