/** Records on disk, in the domain's words: the contract every store meets, and the embedded store. */
export type {
  AcceptBatch,
  AcceptResult,
  Advance,
  AdvanceResult,
  AppStore,
  EventQuery,
  EventStore,
  Lease,
  QueueStore,
  RegisteredApp,
  RunQuery,
  RunStore,
  Store,
} from "./contract.ts";
export type {
  AppRecord,
  EventRecord,
  FunctionRecord,
  JournalEntry,
  NewRun,
  QueueItem,
  QueueItemKind,
  RunRecord,
  RunSnapshot,
  SessionId,
} from "./records.ts";
export { openSqliteStore } from "./sqlite/open-sqlite-store.ts";
export type { SqliteStore } from "./sqlite/open-sqlite-store.ts";
