/** The words on the wire between an app and a Holdfast server. Pure: no I/O, no clock, no platform modules. */
export type { Decision, Grant, GrantPlace } from "./access/grant.ts";
export { covers, decide, decideAny, FULL_GRANT, isWithin, isWithinAny } from "./access/grant.ts";
export type { Permission, Reach, Role } from "./access/roles.ts";
export { PERMISSIONS, reachOf, ROLES } from "./access/roles.ts";
export type { AuditAct, AuditActor, AuditContext, AuditTarget, AuditValue, Authority } from "./audit/act.ts";
export type { AuditAction, OcsfClass } from "./audit/actions.ts";
export { AUDIT_ACTIONS } from "./audit/actions.ts";
export { CHAIN_START, chainHash, entryHash } from "./audit/chain.ts";
export type { Checkpoint, CheckpointKey, VerifyEd25519 } from "./audit/checkpoint.ts";
export { checkpointBody, readCheckpoint, signedCheckpoint } from "./audit/checkpoint.ts";
export type { Openings } from "./audit/entry.ts";
export { auditEntry } from "./audit/entry.ts";
export { csvField } from "./audit/csv.ts";
export type { ExportedEntry, ExportedLog, ExportHeader, ReceivedLog } from "./audit/export.ts";
export { readExport, readLogs, wholeLog } from "./audit/export.ts";
export type { AuditFormat, LogLine } from "./audit/line.ts";
export { AUDIT_FORMATS, lineText } from "./audit/line.ts";
export type { OcsfFacts } from "./audit/ocsf.ts";
export { ocsfActivity, ocsfEvent } from "./audit/ocsf.ts";
export type { Subtree } from "./audit/merkle-tree.ts";
export { inclusionProof, MerkleTree, provesInclusion } from "./audit/merkle-tree.ts";
export type { WrittenEntry } from "./audit/written-entry.ts";
export { readEntry } from "./audit/written-entry.ts";
export type { LogFault, LogVerdict, Trusted } from "./audit/verify-log.ts";
export { verifyingLog, verifyLog } from "./audit/verify-log.ts";
export { canonicalJson } from "./canonical.ts";
export type { Digest } from "./digest.ts";
export type { WorkChallenge } from "./work-proof.ts";
export { findWorkProof, isWorkDone } from "./work-proof.ts";
export { formatDuration, parseDuration } from "./durations.ts";
export { base64, base64Url, base64UrlBytes, hexBytes } from "./encodings.ts";
export type { Envelope, EnvelopeFormat, SealedData, SealedText } from "./envelopes.ts";
export {
  isBlindIndex,
  isSealedError,
  readEnvelope,
  readSealedData,
  readSealedText,
  SEALED_ERROR_MESSAGE,
  SEALED_MEMBER,
} from "./envelopes.ts";
export type { ErrorCode } from "./errors.ts";
export { HoldfastError, isHoldfastError, RETRIABLE, WHAT_NEXT } from "./errors.ts";
export type { ServerKind, SyncKind } from "./headers.ts";
export { Header } from "./headers.ts";
export type { AppId, EnvironmentName, EventId, FunctionId, RunId, StepId } from "./ids.ts";
export { bearerMatches, bearerToken, parseSigningKey, SigningKey } from "./keys.ts";
export { BACKOFF_MS, LIMITS } from "./limits.ts";
export type { Op, OpCode, WireError } from "./opcodes.ts";
export { OP_CODES } from "./opcodes.ts";
export { parseOps, parseWireError } from "./parse-ops.ts";
export { parseRetryAfter } from "./retry-after.ts";
export type { TokenKind } from "./tokens.ts";
export { makeToken, readToken, shownToken, TOKEN_PATTERN } from "./tokens.ts";
export type { SignatureVerdict } from "./signature.ts";
export { sign, verify } from "./signature.ts";
export type { Audience } from "./signatures-v2/audience.ts";
export { formatAudience, parseAudience } from "./signatures-v2/audience.ts";
export { contentDigest, contentDigestMatches } from "./signatures-v2/content-digest.ts";
export type { KeyPurpose, MessageSigner, MessageVerifier } from "./signatures-v2/message-key.ts";
export { deriveKey, hmacKey } from "./signatures-v2/message-key.ts";
export type {
  SignatureAlgorithm,
  SignatureTag,
  SignedAnswer,
  SignedMessage,
  SignedRequest,
} from "./signatures-v2/profile.ts";
export { COVERED_ANSWER_HEADERS, serverTag, SIGNATURE_V2 } from "./signatures-v2/profile.ts";
export type { ReadSignature, SignatureReading, V2Refusal } from "./signatures-v2/read-signature.ts";
export { hasV2Signature, readSignature } from "./signatures-v2/read-signature.ts";
export type { ServerKey } from "./signatures-v2/server-key.ts";
export { formatServerKey, parseServerKey, serverKeyOf } from "./signatures-v2/server-key.ts";
export type { MessageToSign } from "./signatures-v2/sign-message.ts";
export { signMessage } from "./signatures-v2/sign-message.ts";
export type { RunStatus } from "./statuses.ts";
export { hasEnded } from "./statuses.ts";
export { formatUlid, isUlid, parseEventIdSeed, seededUlid, ulidTime } from "./ulid.ts";
export type { EventIdSeed } from "./ulid.ts";
