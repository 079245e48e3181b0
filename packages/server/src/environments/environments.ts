/** Environments: what there are, what each is, and how branches come and go. */
export type { EnvironmentAdministration } from "./administration.ts";
export type { EnvironmentUse } from "./archive-rule.ts";
export { shouldArchive } from "./archive-rule.ts";
export type { EnvironmentKind, EnvironmentRecord } from "./contract.ts";
export { mainEnvironment } from "./main-environment.ts";
export { branchSlug } from "./name.ts";
export type { Environments } from "./open-environments.ts";
export { openEnvironments } from "./open-environments.ts";
