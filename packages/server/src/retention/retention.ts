/** How long what is over is kept, what must be kept, and what must go. */
export type {
  Erasure,
  ErasureReceipt,
  HoldScope,
  LegalHold,
  RetentionAdministration,
  RetentionPolicy,
} from "./contract.ts";
export { openRetention } from "./open-retention.ts";
export type { Retention } from "./open-retention.ts";
