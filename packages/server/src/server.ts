/** The server's one public door: builds every room once, hands each what it needs, starts and stops them in order. */
export type { ServerOptions } from "./options.ts";
export type { PayloadRules } from "#payloads";
export { SERVER_DEFAULTS } from "./options.ts";
export type { RunningServer, ServerHooks } from "./compose.ts";
export { startServer } from "./compose.ts";
export { serverPublicKey } from "#keys";
export { checkStoreFile } from "#store";
export { readTlsFiles } from "#front-door";
export { makePrivateFile } from "#vault";
export type { AppChange } from "#sync";
