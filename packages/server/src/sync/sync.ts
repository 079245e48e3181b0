/** The server's side of the handshake: the PUT it makes, what it learns from the answer, how it finds apps. */
export type { AppChange, Sync, SyncOutcome } from "./contract.ts";
export { createSync } from "./handshake.ts";
