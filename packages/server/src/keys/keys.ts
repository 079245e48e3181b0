/** The machines' keys of an environment: event keys, signing keys, and the checks made with them. */
export type { AnswerVerdict, Keys, KeyVerdict, Tokens } from "./contract.ts";
export { createKeys } from "./keyring.ts";
export { createTokens } from "./tokens.ts";
