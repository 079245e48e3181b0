/** What is used here of a process, on platforms that have one. */
interface ProcessLike {
  readonly getBuiltinModule?: (name: string) => unknown;
}

/**
 * A module of Node's own, where there is such a thing; else null. Looked up at run time, so that bundlers for other
 * platforms have nothing to resolve. `name` with its `node:`.
 */
export function builtinModule(name: string): unknown {
  // No platform promises a `process`; what is read of it is checked.
  const process = (globalThis as { readonly process?: ProcessLike }).process;
  return process?.getBuiltinModule?.(name) ?? null;
}
