/** A small typed client of a Holdfast server's HTTP API. Needs the web's `fetch` and `crypto.subtle`, nothing else. */
export type { Client, ClientOptions, SendResult } from "./client.ts";
export { createClient } from "./client.ts";
export type { FactorsInfo, PasskeyInfo } from "./account-methods.ts";
export type { InvitationLook } from "./arrival-methods.ts";
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
  SigningKeyState,
} from "./administration-methods.ts";
export type { Environment, EnvironmentToMake } from "./environment-methods.ts";
export type {
  InvitationInfo,
  InvitationToMake,
  OneTimeLink,
  PersonDetails,
  PersonInfo,
  RoleRow,
} from "./people-methods.ts";
export type {
  ServiceAccountInfo,
  ServiceAccountToMake,
  ServiceTokenInfo,
  ServiceTokenToMake,
} from "./service-account-methods.ts";
export type { GrantInfo, OpenSession, SessionInfo, SignInStep, WebAuthnJson } from "./session-shapes.ts";
export type { SignInPolicy } from "./sign-in-policy-methods.ts";
export type {
  AttributeNames,
  ConnectionChange,
  ConnectionToMake,
  DomainInfo,
  GroupGrant,
  MapPreview,
  MetadataPreview,
  MetadataSource,
  OidcConnection,
  ProviderCertificate,
  OwnKey,
  SamlConnection,
  SsoConnection,
  SsoTest,
} from "./sso-shapes.ts";
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
