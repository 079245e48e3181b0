/** Accept, deduplicate and keep events; find what they start; read events back. */
export type {
  EndpointOutcome,
  EndpointRequest,
  Ingest,
  IngestOutcome,
  InvokeOutcome,
  InvokeRequest,
  RerunOutcome,
  RerunRequest,
} from "./contract.ts";
export { createIngest } from "./create-ingest.ts";
export { parseEndpointRequest } from "./endpoint-request.ts";
