/** What the code around a step's call is part of. */
export interface StepScope {
  /** Name of the step whose function this code belongs to. */
  readonly runningStep?: string;
  /** Set by `group.parallel`. */
  readonly parallelMode?: "race" | "wait";
  /** Counts the steps that the variant of an experiment asks for. */
  readonly variantSteps?: { count: number };
}
