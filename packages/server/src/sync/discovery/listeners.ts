/** Who listens on a port of this machine. */
export interface Listener {
  /** Names the sockets: a port whose process was replaced has none of its former ids. */
  readonly ids: ReadonlySet<string>;
  /** The user who opened it, where that is known. */
  readonly uid: number | null;
}

/** Ports of this machine that accept connections from it. */
export type Listeners = ReadonlyMap<number, Listener>;

/** Ports that began to listen, or changed hands, and ports that ceased to. Before the first look nothing listened. */
export function compareListeners(
  previous: Listeners | null,
  current: Listeners,
): { readonly opened: readonly number[]; readonly closed: readonly number[] } {
  const opened: number[] = [];
  for (const [port, listener] of current) {
    const former = previous?.get(port);
    // Several processes may share a port: one that stays means the port is still in the same hands.
    if (former === undefined || ![...listener.ids].some((id) => former.ids.has(id))) opened.push(port);
  }
  const closed = previous === null ? [] : [...previous.keys()].filter((port) => !current.has(port));
  return { opened, closed };
}
