/** Accept, deduplicate and keep events; find what they start; read events back. */
export type { Ingest, IngestOutcome } from "./contract.ts";
export { createIngest } from "./accept.ts";
