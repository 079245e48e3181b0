/** Due work, leases, and the slots in which it is done. */
export type { Queue, Work, Worker } from "./contract.ts";
export { openQueue } from "./work-queue.ts";
