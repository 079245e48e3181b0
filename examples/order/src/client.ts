import { Inngest } from "inngest";

/**
 * The app's side of the wire, with the official SDK and nothing else. Keys, the server's address and the mode come
 * from the environment (`INNGEST_SIGNING_KEY`, `INNGEST_EVENT_KEY`, `INNGEST_BASE_URL`), as in any deployment.
 */
export const inngest = new Inngest({
  id: "shop",
  // One call per step: the server sees, and stores, every result before the next step begins.
  checkpointing: false,
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
});
