import type { Leaf, Node, Program } from "../scenario/program.ts";
import { outputOf, stepIdOf } from "../scenario/program.ts";

/** What is remembered of a run, by hashed step id, in the order it came to be. */
export type Memos = ReadonlyMap<string, unknown>;

/**
 * Where a function stands. `found` are the steps it would go on with, in the order of its code; of a race that is decided
 * they hold the losers' too, as they do for code that is run again from the top.
 */
export type Standing =
  | { readonly kind: "done"; readonly output: number; readonly found: readonly Found[] }
  | { readonly kind: "failed"; readonly message: string; readonly found: readonly Found[] }
  | { readonly kind: "blocked"; readonly found: readonly Found[] };

export interface Found {
  readonly leaf: Leaf;
  /** The group of parallel steps it was found in. */
  readonly mode: "wait" | "race" | null;
}

/** How a piece of code came out, and when: the place in the order of memos at which that was settled. */
type Result<Value = unknown> =
  | { readonly kind: "value"; readonly value: Value; readonly at: number }
  | { readonly kind: "error"; readonly message: string; readonly at: number }
  | { readonly kind: "blocked" };

/** Runs a program from the top against what is remembered, as an SDK does at each call. Pure. */
export function replay(program: Program, memos: Memos): Standing {
  const places = new Map([...memos.keys()].map((id, place) => [id, place]));
  const found: Found[] = [];
  const whole = sequence(program.nodes, null);
  if (whole.kind === "blocked") return { kind: "blocked", found };
  if (whole.kind === "error") return { kind: "failed", message: whole.message, found };
  if (program.throws) return { kind: "failed", message: "thrown at the end", found };
  return { kind: "done", output: outputOf(whole.value), found };

  function sequence(nodes: readonly Node[], mode: Found["mode"]): Result<readonly unknown[]> {
    const values: unknown[] = [];
    let at = -1;
    for (const node of nodes) {
      const result = node.kind === "parallel" ? together(node) : alone(node, mode);
      if (result.kind !== "value") return result;
      values.push(result.value);
      at = Math.max(at, result.at);
    }
    return { kind: "value", value: values, at };
  }

  function alone(leaf: Leaf, mode: Found["mode"]): Result {
    // Reported beside other steps, and never waited for.
    if (leaf.kind === "defer") return { kind: "value", value: null, at: -1 };
    const id = stepIdOf(leaf.id);
    const at = places.get(id);
    if (at === undefined) {
      found.push({ leaf, mode });
      return { kind: "blocked" };
    }
    const memo = memos.get(id);
    const message = errorIn(memo);
    if (message === null) return { kind: "value", value: valueIn(leaf, memo), at };
    const isCaught = (leaf.kind === "run" || leaf.kind === "invoke") && leaf.isCaught;
    return isCaught ? { kind: "value", value: `caught: ${message}`, at } : { kind: "error", message, at };
  }

  function together(node: Node & { readonly kind: "parallel" }): Result {
    const results = node.branches.map((branch) => sequence(branch, node.mode));
    const settled = results
      .filter((result) => result.kind !== "blocked")
      .sort((left, right) => left.at - right.at);
    const first = settled[0];
    if (node.mode === "race") return first ?? { kind: "blocked" };
    const error = settled.find((result) => result.kind === "error");
    if (error !== undefined) return error;
    if (settled.length < results.length || first === undefined) return { kind: "blocked" };
    const values = results.map((result) => (result.kind === "value" ? result.value : null));
    return { kind: "value", value: values, at: settled.at(-1)?.at ?? -1 };
  }
}

function errorIn(memo: unknown): string | null {
  if (typeof memo !== "object" || memo === null || !("error" in memo)) return null;
  const { error } = memo;
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : "unknown";
}

/**
 * What the code gets back from a finished step. Of an event only what tells it from others; of a step that sends one
 * nothing, since it sends another each time its code runs, and a call that reached the app twice runs it twice.
 */
function valueIn(leaf: Leaf, memo: unknown): unknown {
  if (typeof memo !== "object" || memo === null || leaf.kind === "send") return null;
  if (leaf.kind === "wait") return "id" in memo ? memo.id : null;
  return "data" in memo ? memo.data : null;
}
