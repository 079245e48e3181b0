/** The machines' keys of an environment: event keys, signing keys, and the checks made with them. */
export type {
  AnswerV2Verdict,
  AnswerVerdict,
  Keys,
  KeyVerdict,
  MessageSignatures,
  OpenedRequest,
  Tokens,
} from "./contract.ts";
export { createKeys } from "./keyring.ts";
export { serverPublicKey } from "./server-public-key.ts";
export { createTokens } from "./tokens.ts";
export type { EventKeys } from "./event-keys.ts";
export { NO_RULES, openEventKeys } from "./event-keys.ts";
export { liveKeys } from "./live-keys.ts";
export { openOperatorTokens } from "./operator-tokens.ts";
export type { SigningKeys } from "./open-signing-keys.ts";
export { openSigningKeys } from "./open-signing-keys.ts";
export type {
  EventKeyAdministration,
  EventKeyRules,
  EventKeyUse,
  EventKeyVerdict,
  EventKeyView,
  Holder,
  KeyEvidence,
  OperatorTokens,
  RotationView,
  SigningKeyAdministration,
  SigningKeyState,
  SigningKeyView,
} from "./administration.ts";

export { createNonceLedger, openNonceLedger } from "./nonce-ledger.ts";
