import type { ClientState } from "../client/contract.ts";
import type { ErrorClasses } from "../errors/error-classes.ts";
import type { Checkpointing, FunctionRecord } from "../functions/contract.ts";
import { createRunLogger } from "../logging/run-logger.ts";
import type { MiddlewareStack, RunInfo } from "../middleware/contract.ts";
import { createMiddlewareStack } from "../middleware/stack.ts";
import type { DraftOp } from "../payloads/draft-op.ts";
import { guardedStage, PayloadFailure } from "../payloads/guarded-stage.ts";
import type { OpenedEvent } from "../payloads/open-event.ts";
import { openEvent } from "../payloads/open-event.ts";
import type { Passage } from "../payloads/passage.ts";
import { createAsyncContext } from "../platform/async-context.ts";
import { createStepTools } from "../steps/create-step-tools.ts";
import type { StepScope } from "../steps/step-scope.ts";
import { createAnswers } from "./answers.ts";
import { Checkpoints } from "./checkpoints.ts";
import { conductCall } from "./conduct-call.ts";
import type { Call, CallAnswer } from "./contract.ts";
import { kindContext, sessionsOf, shownEvent } from "./handler-context.ts";
import { Replay } from "./replay.ts";
import { isFinal, verdictOf } from "./verdict.ts";

/** What a call is executed with: its function, and the client that serves it. */
export interface ExecuteDeps {
  readonly record: FunctionRecord;
  readonly client: ClientState;
  /**
   * Takes finished steps, as the JSON text of their ops, while the call goes on; says whether the server has them. For a run
   * that its app began itself; the call of any other says where its checkpoints go.
   */
  readonly report?: (steps: string) => Promise<boolean>;
}

/** One for all calls: what it holds follows the code it was given to. */
const scopes = createAsyncContext<StepScope>();

/**
 * Executes one call: runs the function against what already happened, and answers with what is next (wire-protocol 6.5 and
 * 8). Never rejects: whatever goes wrong is an answer that says whether another attempt may help.
 */
export async function execute(call: Call, deps: ExecuteDeps): Promise<CallAnswer> {
  const { record, client } = deps;
  const stage = guardedStage(client.stage);
  const classes: ErrorClasses = client.errorClasses ?? new Map();
  const run = {
    environment: client.environment,
    app: record.app,
    functionId: record.id,
    runId: call.runId,
    ...(record.kind === "endpoint" ? { isEndpoint: true } : {}),
  };
  let passage: Passage = { stage, classes, run: { ...run, replyTo: null } };
  try {
    const stack = createMiddlewareStack([...client.middleware, ...record.middleware], client.logger);
    return await stack.wrapRequest({ slug: call.slug, runId: call.runId }, async () => {
      const opened: OpenedEvent[] = [];
      for (const event of call.events) opened.push(await openEvent(event, stage, run));
      const replyTo = opened.find((each) => each.replyTo !== null)?.replyTo ?? null;
      passage = { stage, classes, run: { ...run, replyTo } };
      return executeOpened(call, opened, passage, stack, deps);
    });
  } catch (error) {
    return answerFault(error, call, passage, client);
  }
}

/** The answer to a call that ended without an outcome: a hook failed, a value could not be sealed or opened. */
async function answerFault(
  error: unknown,
  call: Call,
  passage: Passage,
  { logger }: ClientState,
): Promise<CallAnswer> {
  if (error instanceof PayloadFailure) logger.error(error.message, error.cause);
  const answers = createAnswers(passage, call.requestVersion);
  const isRetriable = !isFinal(error, call);
  const next = { isRetriable, retryAfter: isRetriable ? verdictOf(error).retryAfter : null };
  try {
    return await answers.failure(error, next);
  } catch (fault) {
    // The error could not be sealed either. Said without the stage, nothing of it travels.
    const failure = fault instanceof PayloadFailure ? fault : new PayloadFailure(fault);
    logger.error(failure.message, failure.cause);
    return answers.failure(failure, next);
  }
}

async function executeOpened(
  call: Call,
  opened: readonly OpenedEvent[],
  passage: Passage,
  stack: MiddlewareStack,
  { record, client, report: save }: ExecuteDeps,
): Promise<CallAnswer> {
  const { world } = client;
  const startedAt = world.now();
  const received = opened.map(({ event }) => event);
  const events = received.map((event) => shownEvent(record.kind, event));
  // A call always has an event; where a server sent none in `events`, `event` is it.
  const event = events[0] ?? call.event;
  const { runId, attempt, maxAttempts, requestId, jobId } = call;
  const info: RunInfo = { app: record.app, functionId: record.id, runId, attempt, maxAttempts, event };
  const replay = new Replay({ call, info, stack, passage, classes: passage.classes, scopes, world });
  const report = (settings: Checkpointing): Checkpoints | null => {
    const { checkpoint } = call;
    if (checkpoint === null && save === undefined) return null;
    const onFault = (error: unknown): void => replay.abandon(error);
    return new Checkpoints({
      call,
      checkpoint,
      settings,
      api: client.api,
      passage,
      world,
      startedAt,
      onFault,
      ...(save === undefined ? {} : { save }),
    });
  };
  const isGoingOn = call.targetStepId === null && !call.isPlanOnly;
  const checkpoints = record.checkpointing !== null && isGoingOn ? report(record.checkpointing) : null;
  const givenUp = new AbortController();
  const deferred: DraftOp[] = [];
  const added = await stack.functionInput(info);
  if (call.memos.size === 0 && attempt === 0) await stack.runStart(info);
  const fields = { runId, eventName: event.name, requestId, jobId };
  const sessions = sessionsOf(events);
  const tools = createStepTools({
    call,
    client,
    record,
    passage,
    stack,
    sessions,
    scopes,
    ask: (request) => replay.ask(request),
    stepCount: () => replay.stepCount,
    defer: (op) => void deferred.push(op),
  });
  const context = {
    event,
    events,
    runId,
    attempt,
    maxAttempts,
    requestId,
    jobId,
    sessions,
    ...tools,
    logger: createRunLogger(client.logger, { isReplaying: () => replay.isReplaying }, fields),
    ...kindContext(record.kind, received, passage.classes),
    ...added,
  };
  try {
    replay.start(async () =>
      scopes.run({}, async () =>
        stack.wrapFunctionHandler(info, async () => {
          for (const each of events) await record.validate(each);
          return record.handler(context);
        }),
      ),
    );
    return await conductCall({
      call,
      info,
      replay,
      stack,
      scopes,
      answers: createAnswers(passage, call.requestVersion),
      checkpoints,
      maxRuntimeMs: record.checkpointing?.maxRuntimeMs ?? 0,
      startedAt,
      takeDeferred: () => deferred.splice(0),
      async reportDeferred(ops) {
        const once = report({ maxRuntimeMs: 0, bufferedSteps: 0, maxIntervalMs: 0 });
        once?.add(ops);
        return (await once?.flush()) ?? false;
      },
      world,
      givenUp: givenUp.signal,
    });
  } finally {
    replay.close();
    await checkpoints?.stop();
    givenUp.abort(new Error("The call was answered without this step."));
  }
}
