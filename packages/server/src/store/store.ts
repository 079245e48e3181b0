/** Records on disk, in the domain's words: the contract every store meets, and the embedded store. */
export type {
  AcceptBatch,
  AcceptResult,
  Advance,
  AdvanceResult,
  AppStore,
  CancellationRecord,
  CancellationStore,
  DueGathering,
  EventQuery,
  EventStore,
  HistoryStore,
  Lease,
  LeasedItem,
  NewEvent,
  NewSignal,
  OpenResult,
  PastRun,
  QueueStore,
  RegisteredApp,
  RunQuery,
  RunStore,
  ScheduleStore,
  Store,
  StoredText,
  Stranded,
  TextStore,
  Tick,
} from "./contract.ts";
export type {
  AppRecord,
  AppSignatures,
  Cause,
  EventRecord,
  FunctionRecord,
  Gate,
  Gathering,
  JournalEntry,
  JournalKind,
  NewRun,
  NewWait,
  QueueItem,
  RateLimit,
  QueueItemKind,
  RunRecord,
  RunSnapshot,
  SessionId,
} from "./records.ts";
export type {
  AdministrationRecord,
  AdministrationStore,
  AdministrativeStores,
  AuditCheckpointRow,
  AuditDraft,
  AuditRow,
  AuditStore,
  NonceStore,
  RecordChange,
  RecordKind,
} from "./administration.ts";
export { createMemoryDisk } from "./memory/memory-disk.ts";
export type { MemoryDisk } from "./memory/memory-disk.ts";
export type { Disk } from "./sqlite/open-disk.ts";
export { openDisk } from "./sqlite/open-disk.ts";
export { openSqliteStore } from "./sqlite/open-sqlite-store.ts";
export type { SqliteStore } from "./sqlite/open-sqlite-store.ts";
export type { Writer } from "./sqlite/writer.ts";
export { checkStoreFile } from "./sqlite/check-file.ts";
