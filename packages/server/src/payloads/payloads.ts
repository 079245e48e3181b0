/** Which payloads an environment takes, decided in one place for every door; which keys sealed what is stored. */
export type {
  Inspection,
  PayloadFormat,
  PayloadMode,
  PayloadPosition,
  PayloadRules,
  Payloads,
  PlacedValue,
  PlaintextRefusal,
} from "./contract.ts";
export { createPayloads, OPEN_PAYLOADS } from "./create-payloads.ts";
export type { KeyInventory } from "./key-inventory.ts";
export { createKeyInventory } from "./key-inventory.ts";
export { inspectionOf } from "./inspect.ts";
export { opValues } from "./op-values.ts";
export { plaintextRefused, refusedError } from "./plaintext-refused.ts";
export { streamValues } from "./stream-values.ts";
