import type { StepInfo } from "../middleware/contract.ts";

/** Something in place of a step's own function. */
export interface StepMock {
  /** How often it was called. */
  readonly calls: number;
  /** Takes it away: the step's own function is called again. */
  restore(): void;
}

/** What is called in place of a step's own function. `attempt` is from 0. */
export type StepReplacement = (context: { readonly attempt: number; readonly runId: string }) => unknown;

interface Entry {
  readonly replacement: unknown;
  calls: number;
}

/** Replacements of steps' functions, by function and step. */
export class StepMocks {
  readonly #entries = new Map<string, Entry>();

  /** The last one for a step counts. */
  put(functionId: string, stepId: string, replacement: unknown): StepMock {
    const key = keyOf(functionId, stepId);
    const entry: Entry = { replacement, calls: 0 };
    this.#entries.set(key, entry);
    return {
      get calls() {
        return entry.calls;
      },
      restore: () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    };
  }

  /** What a step comes to: its replacement's value, or its own. */
  async run<Value>(info: StepInfo, own: () => Promise<Value>): Promise<Value> {
    const entry =
      this.#entries.get(keyOf(info.functionId, info.stepId)) ??
      // The handler of a function's failure is written with it.
      this.#entries.get(keyOf(info.functionId.replace(/-failure$/, ""), info.stepId));
    if (entry === undefined) return own();
    entry.calls += 1;
    const { replacement } = entry;
    if (replacement instanceof Error) throw replacement;
    const value: unknown =
      typeof replacement === "function"
        ? // What else takes a function's place is a value.
          await (replacement as StepReplacement)({ attempt: info.attempt, runId: info.runId })
        : replacement;
    // A replacement has the type that the test gives it; what the function makes of it is what is tested.
    return value as Value;
  }
}

function keyOf(functionId: string, stepId: string): string {
  return JSON.stringify([functionId, stepId]);
}
