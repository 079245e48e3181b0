/** `holdfast/testing`: an app and a whole server in one process, on virtual time. */
export type {
  Instant,
  RunHistory,
  Span,
  StartedRun,
  StartOptions,
  TestEngine,
  TestEngineOptions,
  TestLog,
  TestRun,
  TestStep,
} from "./test-engine/contract.ts";
export type { Exploration, ExploreOptions, Finding } from "./test-engine/explore.ts";
export { explore } from "./test-engine/explore.ts";
export { historyOfTrace } from "./test-engine/history-of-trace.ts";
export type { OutboundMessage } from "./test-engine/outbound.ts";
export type { Divergence, ReplayResult } from "./test-engine/replay.ts";
export { replay } from "./test-engine/replay.ts";
export type { StepMock, StepReplacement } from "./test-engine/step-mocks.ts";
export { createTestEngine } from "./test-engine/test-engine.ts";
