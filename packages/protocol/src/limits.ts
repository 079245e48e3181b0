/**
 * Every limit of the protocol, in one place; the documentation quotes this file.
 *
 * Names end in their unit: `Bytes`, `Ms`, `Count`, `Chars`.
 */
const KiB = 1024;
const MiB = 1024 * KiB;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const LIMITS = {
  eventBytes: 3 * MiB,
  eventsPerRequestCount: 5000,
  eventNameChars: 512,
  eventIdChars: 512,
  eventTimestampMinMs: Date.UTC(1980, 0, 1),
  eventTimestampMaxMs: Date.UTC(2100, 0, 1),

  jsonDepthCount: 512,

  registrationBytes: 1 * MiB,
  appsPerEnvironmentCount: 1000,
  functionsPerAppCount: 500,
  schedulesPerEnvironmentCount: 5000,
  triggersPerFunctionCount: 10,
  triggerChars: 255,
  cronJitterMinMs: 1 * second,
  cronJitterMaxMs: 5 * minute,
  cancelRulesPerFunctionCount: 5,
  concurrencyRulesPerFunctionCount: 2,
  rateLimitPeriodMs: 1 * day,
  debouncePeriodMinMs: 1 * second,
  debouncePeriodMaxMs: 7 * day,
  batchTimeoutMinMs: 1 * second,
  identifierChars: 256,

  retriesDefault: 4,
  retriesMax: 20,
  retryAfterMinMs: 1 * second,
  retryAfterMaxMs: 1 * day,
  backoffJitterMs: 30 * second,

  callsPerFunctionCount: 1000,
  stepsPerRunCount: 1000,
  opsPerResponseCount: 1000,
  runStateBytes: 32 * MiB,
  stepOutputBytes: 4 * MiB,
  stepInputBytes: 4 * MiB,
  responseBytes: 8 * MiB,
  inlineRequestBytes: 4 * MiB,
  callBodyBytes: 16 * MiB,
  callBodyMs: 1 * minute,
  streamSilenceMs: 3 * second,
  checkpointBytes: 8 * MiB,
  eventRequestBytes: 16 * MiB,
  callMs: 2 * hour,
  redirectsCount: 60,
  sleepMs: 366 * day,
  invokeMs: 365 * day,
  cancelRuleMs: 365 * day,
  waitLookBackMs: 5 * second,
  waitLookBackMaxMs: 7 * day,
  batchBytes: 10 * MiB,
  defersPerRunCount: 20,
  deferInputBytes: 4 * MiB,
  deferMetaBytes: 32 * KiB,
  metadataSpanBytes: 64 * KiB,
  signalNameChars: 512,

  endpointRequestBytes: 4 * MiB,
  endpointSilenceMs: 15 * minute,
  endpointOutputWaitMs: 5 * minute,
  endpointOutputTokenMs: 1 * hour,
  streamTokenMs: 16 * minute,
  streamMs: 15 * minute,
  streamTeeBytes: 1 * MiB,

  signatureWindowMs: 5 * minute,
  idempotencyMs: 1 * day,

  syncMs: 10 * second,
  introspectionMs: 10 * second,
} as const;

/**
 * Delay before the next attempt, by the zero-based attempt that failed; the last entry serves every later one.
 * A uniform jitter of up to `LIMITS.backoffJitterMs` is added.
 */
export const BACKOFF_MS: readonly number[] = [
  15 * second,
  30 * second,
  1 * minute,
  2 * minute,
  5 * minute,
  10 * minute,
  20 * minute,
  40 * minute,
  1 * hour,
  2 * hour,
];
