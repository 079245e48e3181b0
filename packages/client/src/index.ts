/** A small typed client of a Holdfast server's HTTP API. Needs the web's `fetch` and `crypto.subtle`, nothing else. */
export type { Client, ClientOptions, SendResult } from "./client.ts";
export { createClient } from "./client.ts";
export type {
  AuditRowInfo,
  AuditSinkInfo,
  EgressPolicyInfo,
  ErasureInfo,
  LegalHoldInfo,
  RetentionInfo,
  EventKeyInfo,
  EventKeyToMake,
  MasterKeyUse,
  OperatorTokenInfo,
  OperatorTokenToMake,
  Rotation,
} from "./administration-methods.ts";
export type { Environment, EnvironmentToMake } from "./environment-methods.ts";
export type {
  App,
  AppFunction,
  AppSync,
  EventToSend,
  FollowOptions,
  Health,
  JournalEntry,
  Run,
  ServerClock,
  StoredEvent,
  Update,
} from "./shapes.ts";
export type {
  Cancellation,
  FunctionInfo,
  FunctionRun,
  NewCancellation,
  Page,
  RunFilter,
  SealingKeyUse,
  StrandedRun,
  TraceSpan,
} from "./v2-shapes.ts";
