import { canonicalJson, isHoldfastError } from "@holdfast/protocol";
import type { Api } from "../client/contract.ts";
import type { EventPayload } from "../events/contract.ts";
import type { Call, CallAnswer } from "../execution/contract.ts";
import type { ExecuteDeps } from "../execution/execute.ts";
import { execute } from "../execution/execute.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import type { StartedRun, TestEngine, TestEngineOptions, TestRun } from "./contract.ts";
import { contradictions, ExecutionLog } from "./execution-log.ts";
import { seededChoices } from "./seeded-choices.ts";
import type { SeededChoices } from "./seeded-choices.ts";
import { SideEffects } from "./side-effects.ts";
import { startEngine } from "./test-engine.ts";
import { Turnstile } from "./turnstile.ts";

/** How a function is explored. */
export interface ExploreOptions<Input> extends Omit<TestEngineOptions, "functions" | "seed"> {
  /** Further functions that are served, such as those that it invokes. */
  readonly functions?: readonly HoldfastFunction[];
  /** The event that starts the run; its trigger with `data` when absent. */
  readonly event?: EventPayload;
  readonly data?: Input;
  /** How many disturbed runs there are; 20 when absent. */
  readonly rounds?: number;
  /** Decides what is disturbed. The same seed finds the same again. */
  readonly seed?: string;
  /** How many side effects there were so far. What is counted outside of steps is reported. */
  readonly probe?: () => number;
  /** Puts things in their place before each run: mocks, counters. */
  readonly prepare?: (engine: TestEngine) => void | Promise<void>;
  /** What happens while a run is under way, such as events that it waits for. */
  readonly during?: (engine: TestEngine, run: StartedRun) => void | Promise<void>;
}

/** Something that a function must not do. */
export interface Finding {
  /**
   * `step_order`: when it is executed again other steps come, or in another order. `step_vanished`: a step does not come again. `result_differs`: a disturbed run ends otherwise than an undisturbed one.
   * `side_effect`: something happens outside of its steps, and so again with each execution.
   */
  readonly kind: "step_order" | "step_vanished" | "result_differs" | "side_effect";
  readonly message: string;
  /** 0 is the run that nothing disturbs. */
  readonly round: number;
}

/** What an exploration found. */
export interface Exploration {
  readonly ok: boolean;
  readonly seed: string;
  readonly rounds: number;
  /** How often the function was executed. */
  readonly executions: number;
  /** Each once, in the order in which they were found. */
  readonly findings: readonly Finding[];
  /** A list for people. */
  toString(): string;
}

const ROUNDS = 20;
const SEED = "1";

/**
 * Runs a function again and again while everything goes wrong that may: it is executed anew after each step, answers are
 * lost and calls repeated, attempts are broken off, and the results of steps that run beside one another come in every
 * order. A function that keeps to the rules does not show it.
 *
 * @example
 * ```ts
 * const exploration = await explore(ship, { data: { order: "A-7" } });
 * assert.ok(exploration.ok, String(exploration));
 * ```
 *
 * @throws what `createTestEngine` throws, and `test_run_stuck` when the undisturbed run does not end.
 */
export async function explore<Input, Output>(
  fn: HoldfastFunction<Input, Output>,
  options: ExploreOptions<Input>,
): Promise<Exploration> {
  const { rounds = ROUNDS, seed = SEED } = options;
  const findings = new Map<string, Finding>();
  let executions = 0;
  const note = (kind: Finding["kind"], message: string, round: number): void => {
    const key = `${kind}: ${message}`;
    if (!findings.has(key)) findings.set(key, { kind, message, round });
  };

  let undisturbed: TestRun | null = null;
  for (let round = 0; round <= rounds; round += 1) {
    const outcome: Outcome = await exploreOnce(fn, options, round, undisturbed);
    executions += outcome.log.executions.length;
    for (const { kind, message } of contradictions(outcome.log.executions)) note(kind, message, round);
    if (outcome.outside > 0) {
      note(
        "side_effect",
        "Something happens outside of the function's steps: it happens again each time it is executed.",
        round,
      );
    }
    if (undisturbed === null) undisturbed = outcome.run;
    else if (resultOf(outcome.run) !== resultOf(undisturbed)) {
      note(
        "result_differs",
        `Undisturbed the run is ${resultOf(undisturbed)}; disturbed it is ${resultOf(outcome.run)}.`,
        round,
      );
    }
  }
  return exploration(fn.id, seed, rounds, executions, [...findings.values()]);
}

interface Outcome {
  /** Null when the run did not end. */
  readonly run: TestRun | null;
  readonly log: ExecutionLog;
  /** Side effects outside of steps. */
  readonly outside: number;
}

async function exploreOnce<Input, Output>(
  fn: HoldfastFunction<Input, Output>,
  options: ExploreOptions<Input>,
  round: number,
  undisturbed: TestRun | null,
): Promise<Outcome> {
  const { data, during, event, functions = [], prepare, probe, seed = SEED, ...engineOptions } = options;
  const log = new ExecutionLog();
  const effects = new SideEffects(probe ?? (() => 0));
  const disturb =
    round === 0 ? undisturbedExecution : disturbance(seededChoices(`${seed}/${round}`), round, undisturbed);
  const watched = (call: Call, deps: ExecuteDeps): Promise<CallAnswer> => {
    const middleware = {
      ...log.begin(call),
      wrapStepHandler: <T>(_info: unknown, next: () => Promise<T>): Promise<T> => effects.step(next),
    };
    const { record } = deps;
    return effects.call(() =>
      execute(call, { ...deps, record: { ...record, middleware: [...record.middleware, middleware] } }),
    );
  };
  await using engine = await startEngine(
    { ...engineOptions, functions: [fn, ...functions], seed },
    { execute: (call, deps) => disturb(call, deps, watched) },
  );
  await prepare?.(engine);
  const started = await engine.start(fn, {
    ...(data === undefined ? {} : { data }),
    ...(event === undefined ? {} : { event }),
  });
  await during?.(engine, started);
  try {
    return { run: await engine.end(started), log, outside: effects.outside };
  } catch (error) {
    if (undisturbed === null || !isHoldfastError(error, "test_run_stuck")) throw error;
    return { run: null, log, outside: effects.outside };
  }
}

type Execute = (call: Call, deps: ExecuteDeps) => Promise<CallAnswer>;
type Disturbed = (call: Call, deps: ExecuteDeps, own: Execute) => Promise<CallAnswer>;

const undisturbedExecution: Disturbed = (call, deps, own) => own(call, deps);

/** How often a call is lost after its work was done and made again, and an attempt broken off. */
const REPEATED = 0.3;
const BROKEN_OFF = 0.2;

/** A network and an app in which what may go wrong does. */
function disturbance(choices: SeededChoices, round: number, undisturbed: TestRun | null): Disturbed {
  // An attempt is only taken where the function has one to spare, and needs none itself.
  const mayBreakOff = undisturbed !== null && undisturbed.steps.every(({ attempts }) => attempts <= 1);
  let turnstile: Turnstile | null = null;
  return async (call, deps, own) => {
    // Executed anew after each step. What a call does beside its answer cannot be taken back, as a lost one is.
    const anew = { ...deps, record: { ...deps.record, checkpointing: null } };
    // The first disturbed run does nothing but that.
    if (round === 1) return own(call, anew);
    turnstile ??= new Turnstile(choices, deps.client.world);
    if (mayBreakOff && call.attempt === 0 && call.maxAttempts > 1 && choices.chance(BROKEN_OFF)) {
      const answer = await brokenOff(call, deps, own, choices);
      await turnstile.pass();
      return answer;
    }
    if (choices.chance(REPEATED)) await own(call, anew);
    const answer = await own(call, anew);
    await turnstile.pass();
    return answer;
  };
}

/** An attempt that ends before its work is done, after it, or as soon as the server has some of it. */
async function brokenOff(
  call: Call,
  deps: ExecuteDeps,
  own: Execute,
  choices: SeededChoices,
): Promise<CallAnswer> {
  switch (choices.index(3)) {
    case 0:
      return BROKEN;
    case 1:
      await own(call, { ...deps, record: { ...deps.record, checkpointing: null } });
      return BROKEN;
    default: {
      const { promise: died, resolve: die } = Promise.withResolvers<CallAnswer>();
      const { api } = deps.client;
      const dying: Api = {
        async request(request) {
          const answer = await api.request(request);
          if (!request.path.startsWith("/v1/checkpoint/")) return answer;
          die(BROKEN);
          // The process is gone: nobody hears of the answer.
          return new Promise(() => undefined);
        },
      };
      return Promise.race([own(call, { ...deps, client: { ...deps.client, api: dying } }), died]);
    }
  }
}

/** The answer of an app that broke down. */
const BROKEN: CallAnswer = {
  status: 500,
  headers: {
    "content-type": "application/json",
    "x-inngest-req-version": "2",
    "x-inngest-no-retry": "false",
  },
  body: JSON.stringify({ name: "Interrupted", message: "The test broke this attempt off." }),
};

/** How a run ended, as text that can be compared and shown. */
function resultOf(run: TestRun | null): string {
  if (run === null) return "stuck";
  const { error, output, status } = run;
  if (status === "Failed") return `Failed with ${error?.name ?? "Error"}: ${error?.message ?? ""}`;
  return status === "Completed" ? `Completed with ${canonicalJson(output ?? null)}` : status;
}

function exploration(
  functionId: string,
  seed: string,
  rounds: number,
  executions: number,
  findings: readonly Finding[],
): Exploration {
  const head = `${functionId}: ${rounds} disturbed runs, ${executions} executions, seed ${JSON.stringify(seed)}`;
  const lines = findings.map(({ kind, message, round }) => `- ${kind} (round ${round}): ${message}`);
  return {
    ok: findings.length === 0,
    seed,
    rounds,
    executions,
    findings,
    toString: () => [`${head}: ${findings.length === 0 ? "nothing found" : "found"}`, ...lines].join("\n"),
  };
}
