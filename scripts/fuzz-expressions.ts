/**
 * `npm run fuzz`: random and hostile expressions on random and hostile events, for as long as is asked for. Prints how
 * many there were, the longest single act, and what went wrong; exits with 1 if an expression threw what it must not,
 * broke a promise of the room, or held the thread for longer than is allowed.
 *
 *     npm run fuzz -- --minutes 10      how long (10 by default; fractions are fine)
 *     npm run fuzz -- --seed 42         the same cases again
 */
import "./require-node.js";
import { parseArgs } from "node:util";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import {
  compileExpression,
  createFilterCache,
  equalityKey,
  EXPRESSION_LIMITS,
  type Expression,
  isMatch,
  keyText,
  type Outcome,
  prepareFilter,
  type Purpose,
  valueAt,
  wholeNumber,
} from "../packages/server/src/expressions/expressions.ts";
import {
  anyJson,
  event,
  expression,
  waitExpression,
  wordSoup,
} from "../packages/server/src/expressions/testing/arbitraries.ts";
import { HOSTILE_SOURCES, hostileEvent } from "../packages/server/src/expressions/testing/hostile.ts";

/** An act that keeps a processor busy for longer is a failure. */
const STALL_MS = 50;
const BATCH_COUNT = 100;
/** Failures printed; further ones are only counted. */
const SHOWN_COUNT = 20;
const NOW = 1_764_158_400_000;
const CACHE_ENTRIES_MAX = 64;

interface Case {
  readonly source: string;
  readonly purpose: Purpose;
  readonly event: unknown;
  readonly async: unknown;
  /** The filter of a wait is prepared from events as they are stored. */
  readonly isStored: boolean;
}

/** The longest act of a kind, by the clock and by the processor: other processes may share it. */
class Longest {
  wallMs = 0;
  busyMs = 0;
  source = "";
}

const HOSTILE_EVENT = hostileEvent();

/** A hostile source, whole or damaged, on its own or in company. */
const hostile = fc
  .tuple(
    fc.constantFrom(...HOSTILE_SOURCES),
    expression(3),
    fc.nat(200),
    fc.nat(8),
    fc.constantFrom("", "", "&&", "||", "+", "=="),
  )
  .map(([source, other, at, length, operator]) => {
    const damaged = source.slice(0, at) + source.slice(at + length, EXPRESSION_LIMITS.sourceChars);
    return operator === "" ? damaged : `(${source}) ${operator} (${other})`;
  });

const purpose = fc.constantFrom<Purpose>("filter", "filter", "filter", "key", "priority", "cancel");

const cases: fc.Arbitrary<Case> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      source: expression(6),
      purpose,
      event,
      async: event,
      isStored: fc.constant(true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      source: waitExpression,
      purpose,
      event,
      async: event,
      isStored: fc.constant(true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      source: expression(6),
      purpose,
      event: anyJson,
      async: anyJson,
      isStored: fc.constant(true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ source: wordSoup, purpose, event, async: event, isStored: fc.constant(true) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      source: fc.oneof(hostile, expression(6)),
      purpose: fc.constant<Purpose>("filter"),
      event: fc.constant(HOSTILE_EVENT),
      async: fc.constant(HOSTILE_EVENT),
      isStored: fc.constant(false),
    }),
  },
);

const longest = {
  compile: new Longest(),
  evaluate: new Longest(),
  prepare: new Longest(),
  key: new Longest(),
};
const counts = { cases: 0, compiled: 0, values: 0, matched: 0, never: 0, indexed: 0, failures: 0 };
const matches = createFilterCache(CACHE_ENTRIES_MAX);

function fail(subject: Case, problem: string): void {
  counts.failures++;
  if (counts.failures <= SHOWN_COUNT)
    console.error(`${problem}\n    ${JSON.stringify(subject.source.slice(0, 400))}`);
}

function timed<Value>(subject: Case, kind: keyof typeof longest, act: () => Value): Value {
  const busyBefore = process.threadCpuUsage();
  const before = performance.now();
  try {
    return act();
  } finally {
    const wallMs = performance.now() - before;
    const { user, system } = process.threadCpuUsage(busyBefore);
    const record = longest[kind];
    record.wallMs = Math.max(record.wallMs, wallMs);
    // What the clock says is a bound; the processor's count is coarser, and may include what came just before.
    const busyMs = Math.min(wallMs, (user + system) / 1000);
    if (busyMs > record.busyMs) [record.busyMs, record.source] = [busyMs, subject.source];
    if (busyMs > STALL_MS) fail(subject, `${kind} held the thread for ${busyMs.toFixed(1)} ms`);
  }
}

function compileOrNull(subject: Case): Expression | null {
  try {
    return timed(subject, "compile", () => compileExpression(subject.source, subject.purpose));
  } catch (error) {
    if (!isHoldfastError(error, "expression_invalid")) fail(subject, `compiling threw ${String(error)}`);
    return null;
  }
}

function run(subject: Case): void {
  counts.cases++;
  const compiled = compileOrNull(subject);
  if (compiled === null) return;
  counts.compiled++;
  const variables = { event: subject.event, async: subject.async };
  const outcome = timed(subject, "evaluate", () => compiled.evaluate(variables, NOW));
  if (outcome.kind === "value") counts.values++;
  if (isMatch(outcome)) counts.matched++;
  const key = timed(subject, "key", () => keyText(outcome));
  if (key !== null && key.length > EXPRESSION_LIMITS.keyChars)
    fail(subject, `its key has ${key.length} characters`);
  const number = wholeNumber(outcome);
  if (number !== null && !Number.isSafeInteger(number)) fail(subject, `its whole number is ${number}`);
  if (subject.purpose === "filter" || subject.purpose === "cancel") checkFilter(subject, compiled, outcome);
}

function checkFilter(subject: Case, compiled: Expression, outcome: Outcome): void {
  let filter: ReturnType<typeof prepareFilter>;
  try {
    filter = timed(subject, "prepare", () => prepareFilter(compiled, subject.event, NOW));
  } catch (error) {
    // What is captured of the hostile event may well be too long.
    if (subject.isStored || !isHoldfastError(error)) fail(subject, `preparing threw ${String(error)}`);
    return;
  }
  if (filter === "never") {
    counts.never++;
    if (isMatch(outcome)) fail(subject, "it matches, and was said to match never");
    return;
  }
  if (subject.isStored) {
    const captured: unknown = JSON.parse(filter.captured);
    const again = compiled.evaluate({ event: captured, async: subject.async }, NOW);
    if (!isDeepStrictEqual(again, outcome)) fail(subject, `with ${filter.captured} it gives something else`);
    if (matches(filter.source, filter.captured, subject.async, NOW) !== isMatch(outcome)) {
      fail(subject, "the cache of filters disagrees");
    }
  }
  if (filter.equality === null) return;
  counts.indexed++;
  const { path, value } = filter.equality;
  if (isMatch(outcome) && equalityKey(valueAt(subject.async, path)) !== equalityKey(value)) {
    fail(subject, `it matches without its equality at ${path.join(".")}`);
  }
}

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
const minutes = Number(options.minutes);
if (!(minutes > 0))
  throw new Error(`Cannot fuzz for ${JSON.stringify(options.minutes)} minutes: expected a number above 0.`);
const endsAt = performance.now() + minutes * 60_000;
const delay = monitorEventLoopDelay({ resolution: 10 });
let seed = Number(options.seed) % 2 ** 31;
console.log(`fuzz: ${options.minutes} minutes, --seed ${seed}`);

for (const source of HOSTILE_SOURCES) {
  run({ source, purpose: "filter", event: HOSTILE_EVENT, async: HOSTILE_EVENT, isStored: false });
}
while (performance.now() < endsAt) {
  // Drawing the cases takes its time as well, which is not the product's.
  const batch = fc.sample(cases, { numRuns: BATCH_COUNT, seed: seed++ });
  await setImmediate();
  delay.enable();
  for (const subject of batch) {
    run(subject);
    await setImmediate();
  }
  delay.disable();
}

console.log(JSON.stringify(counts));
for (const [kind, { wallMs, busyMs, source }] of Object.entries(longest)) {
  console.log(
    `longest ${kind}: ${busyMs.toFixed(1)} ms of the processor, ${wallMs.toFixed(1)} ms by the clock, ${JSON.stringify(source.slice(0, 100))}`,
  );
}
console.log(
  `event loop: delayed by ${(delay.max / 1e6).toFixed(1)} ms at most, ${(delay.percentile(99.9) / 1e6).toFixed(1)} ms in 99.9 %`,
);
if (counts.failures > 0) {
  console.error(`fuzz: ${counts.failures} failures`);
  process.exitCode = 1;
}
