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
export { openFloorFile } from "./floor-file.ts";
export { createKeys } from "./keyring.ts";
export { serverPublicKey } from "./server-public-key.ts";
export { createTokens } from "./tokens.ts";
