/** Apps, functions, versions, and the index from event names to the functions they start. */
export type { FunctionDefinition, Registry, RegisterOutcome, Trigger } from "./contract.ts";
export { createRegistry } from "./catalogue.ts";
