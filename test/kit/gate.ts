/** A door that user code waits at until the test opens it. */
export interface Gate {
  /** Resolves once the gate is open, at once when it is already. */
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}
