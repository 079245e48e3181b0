/**
 * Names of the HTTP headers that travel between an app and a server, in lower case.
 *
 * The names start with `x-inngest` because that is what the published SDKs send and read.
 */
export const Header = {
  signature: "x-inngest-signature",
  serverKind: "x-inngest-server-kind",
  expectedServerKind: "x-inngest-expected-server-kind",
  syncKind: "x-inngest-sync-kind",
  sdk: "x-inngest-sdk",
  sdkHandled: "x-inngest-sdk-handled",
  framework: "x-inngest-framework",
  platform: "x-inngest-platform",
  environment: "x-inngest-env",
  eventIdSeed: "x-inngest-event-id-seed",
  requestVersion: "x-inngest-req-version",
  generationId: "x-inngest-generation-id",
  jobId: "x-inngest-job-id",
  stepId: "x-inngest-step-id",
  forceStepPlan: "x-inngest-force-step-plan",
  noRetry: "x-inngest-no-retry",
  retryAfter: "retry-after",
  runId: "x-run-id",
  requestId: "x-request-id",
  accountId: "account-id",
  contentDigest: "content-digest",
  messageSignature: "signature",
  messageSignatureInput: "signature-input",
  audience: "holdfast-audience",
} as const;

/** What a server says it is in `x-inngest-server-kind`: `dev` for the development command, `cloud` for production. */
export type ServerKind = "dev" | "cloud";

/** How an app hands over its registration: by a call of its own, or in the answer to the server's PUT. */
export type SyncKind = "out_of_band" | "in_band";
