/** Accept, deduplicate and keep events; find what they start; read events back. */
export type {
  Ingest,
  IngestOutcome,
  InvokeOutcome,
  InvokeRequest,
  RerunOutcome,
  RerunRequest,
} from "./contract.ts";
export { createIngest } from "./create-ingest.ts";
