/** Secrets at rest: sealed for their place under data keys, which a master key wraps. */
export type { MasterKey, SecretPlace, Vault } from "./contract.ts";
export { makePrivateFile } from "./key-file.ts";
export type { MasterKeySource } from "./master-key-source.ts";
export { openMasterKey } from "./master-key-source.ts";
export type { VaultAdministration } from "./open-vault.ts";
export { openVault } from "./open-vault.ts";
