/** Sources of keys that need Node: a file, a program. */
export type { CommandKeysOptions } from "./keys-on-node/command-keys.ts";
export { commandKeys } from "./keys-on-node/command-keys.ts";
export { fileKeys } from "./keys-on-node/file-keys.ts";
