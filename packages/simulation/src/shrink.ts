import type { Leaf, Node } from "./scenario/program.ts";
import { NO_OPTIONS } from "./scenario/scenario.ts";
import type { FunctionSpec, Scenario } from "./scenario/scenario.ts";

/** A failure cut down: what is left of the scenario, and what is left out of it. */
export interface Shrunk {
  readonly scenario: Scenario;
  /** Faults and acts that the failure does not need. */
  readonly left: ReadonlySet<string>;
  readonly tries: number;
}

/**
 * Takes away what a failure does not need: first faults and acts, by delta debugging (Zeller and Hildebrandt, 2002), then
 * functions, options and steps one by one. A smaller world counts when it fails in the same way.
 *
 * @param struck what went wrong in the failing world, by name
 * @param fails runs a world and says whether it fails as the first did
 * @param isTime whether there is time for another try
 */
export async function shrink(
  scenario: Scenario,
  struck: readonly string[],
  fails: (scenario: Scenario, left: ReadonlySet<string>) => Promise<boolean>,
  isTime: () => boolean,
): Promise<Shrunk> {
  let tries = 0;
  let smallest = scenario;
  const removable = [...struck, ...scenario.acts.map((act) => act.id)];
  const attempt = async (candidate: Scenario, left: ReadonlySet<string>): Promise<boolean> => {
    if (!isTime()) return false;
    tries += 1;
    return fails(candidate, left);
  };
  const leaveOut = (kept: readonly string[]): ReadonlySet<string> => {
    const keeps = new Set(kept);
    return new Set(removable.filter((id) => !keeps.has(id)));
  };

  let kept = await minimise(removable, (candidate) => attempt(scenario, leaveOut(candidate)));
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerScenarios(smallest)) {
      if (!(await attempt(candidate, leaveOut(kept)))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  kept = await minimise(kept, (candidate) => attempt(smallest, leaveOut(candidate)));
  return { scenario: smallest, left: leaveOut(kept), tries };
}

/** The parts of a list without which `holds` no longer holds, as far as halving and halving again finds them. */
export async function minimise<Part>(
  parts: readonly Part[],
  holds: (parts: readonly Part[]) => Promise<boolean>,
): Promise<readonly Part[]> {
  let kept = parts;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0;) {
    let isCut = false;
    for (let from = 0; from < kept.length;) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await holds(without)) {
        kept = without;
        isCut = true;
      } else from += size;
    }
    if (size === 1 && !isCut) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return kept;
}

/** Scenarios that lack one thing of this one. */
function* smallerScenarios(scenario: Scenario): Generator<Scenario> {
  for (const [index, spec] of scenario.functions.entries()) {
    // A function that others call keeps its place; it can only become simpler.
    if (!isCalled(scenario, spec)) {
      const functions = scenario.functions.filter((each) => each !== spec);
      if (functions.length > 0) yield { ...scenario, functions };
    }
    for (const simpler of simplerFunctions(spec)) {
      yield { ...scenario, functions: scenario.functions.with(index, simpler) };
    }
  }
}

function isCalled(scenario: Scenario, spec: FunctionSpec): boolean {
  return scenario.functions.some(({ program }) =>
    program.nodes
      .flatMap((node) => (node.kind === "parallel" ? node.branches.flat() : [node]))
      .some((leaf) => (leaf.kind === "invoke" || leaf.kind === "defer") && leaf.target === spec.name),
  );
}

function* simplerFunctions(spec: FunctionSpec): Generator<FunctionSpec> {
  const { options, program } = spec;
  for (const name of Object.keys(options)) {
    // The keys of an object of this type.
    const option = name as keyof typeof options;
    const none = NO_OPTIONS[option];
    if (JSON.stringify(options[option]) !== JSON.stringify(none)) {
      yield { ...spec, options: { ...options, [option]: none } };
    }
  }
  if (program.failures > 0) yield { ...spec, program: { ...program, failures: 0 } };
  if (program.throws) yield { ...spec, program: { ...program, throws: false } };
  if (spec.checkpoints) yield { ...spec, checkpoints: false };
  for (const nodes of smallerNodes(program.nodes)) yield { ...spec, program: { ...program, nodes } };
}

function* smallerNodes(nodes: readonly Node[]): Generator<readonly Node[]> {
  for (const [index, node] of nodes.entries()) {
    yield nodes.toSpliced(index, 1);
    if (node.kind !== "parallel") continue;
    for (const branches of smallerBranches(node.branches)) yield nodes.with(index, { ...node, branches });
  }
}

function* smallerBranches(branches: readonly (readonly Leaf[])[]): Generator<readonly (readonly Leaf[])[]> {
  for (const [index, branch] of branches.entries()) {
    if (branches.length > 1) yield branches.toSpliced(index, 1);
    if (branch.length > 1) yield branches.with(index, branch.slice(0, -1));
  }
}
