import { Header } from "@holdfast/protocol";
import type { DraftOp } from "../payloads/draft-op.ts";
import { PayloadFailure } from "../payloads/guarded-stage.ts";
import type { Passage } from "../payloads/passage.ts";
import { writeFailure, writeOps, writeOutput } from "../payloads/write-ops.ts";
import type { CallAnswer } from "./contract.ts";

/** What an answer says about the attempt after it. */
export interface NextAttempt {
  readonly isRetriable: boolean;
  readonly retryAfter: string | null;
}

/** Writes the answers to one call (wire-protocol 6.5): whatever is in them passes the payload stage. */
export interface Answers {
  ops(ops: readonly DraftOp[], next?: NextAttempt): Promise<CallAnswer>;
  output(value: unknown): Promise<CallAnswer>;
  /** What the stage itself failed with does not travel: only that it failed. */
  failure(error: unknown, next: NextAttempt): Promise<CallAnswer>;
  /** The step that was asked for is not where it was. */
  stepMissing(requestedStep: string, found: readonly FoundName[]): CallAnswer;
}

/** A step as it is listed for people. */
export interface FoundName {
  readonly id: string;
  readonly displayName: string;
}

/** Steps listed in an answer that misses one. */
const FOUND_STEPS_MAX = 25;

/** The answers of one call. `requestVersion` is what the call came with; a run keeps the one it began with. */
export function createAnswers(passage: Passage, requestVersion: number): Answers {
  const base = {
    "content-type": "application/json",
    [Header.requestVersion]: requestVersion === 1 ? "1" : "2",
  };
  const headers = (next?: NextAttempt): CallAnswer["headers"] =>
    next === undefined
      ? base
      : {
          ...base,
          [Header.noRetry]: next.isRetriable ? "false" : "true",
          ...(next.retryAfter === null ? {} : { [Header.retryAfter]: next.retryAfter }),
        };
  return {
    async ops(ops, next) {
      return { status: 206, body: await writeOps(ops, passage), headers: headers(next) };
    },
    async output(value) {
      return { status: 200, body: await writeOutput(value, passage), headers: base };
    },
    async failure(error, next) {
      const body =
        error instanceof PayloadFailure ? payloadFailure(error) : await writeFailure(error, passage);
      return { status: next.isRetriable ? 500 : 400, body, headers: headers(next) };
    },
    stepMissing(requestedStep, found) {
      const { stage, run } = passage;
      const names = found.toSorted((left, right) => (left.id < right.id ? -1 : 1)).slice(0, FOUND_STEPS_MAX);
      const body = {
        error: "The step that was asked for was not found where the function came to.",
        requestedStep,
        foundSteps: names.map(({ id, displayName }) => ({
          id,
          displayName: stage.sealName(displayName, {
            kind: "metadata",
            environment: run.environment,
            app: run.app,
            functionId: run.functionId,
            runId: run.runId,
            stepId: id,
          }),
        })),
        totalFoundSteps: found.length,
      };
      return {
        status: 500,
        body: JSON.stringify(body),
        headers: headers({ isRetriable: true, retryAfter: null }),
      };
    },
  };
}

/** Said without the stage, which is what failed. */
function payloadFailure({ name, message }: PayloadFailure): string {
  return JSON.stringify({ name, message });
}
