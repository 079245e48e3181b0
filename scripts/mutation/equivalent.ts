/** Mutants that behave as the program does, with the reason: by file and by text, since lines move. */
export interface EquivalentMutant {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly because: string;
}

export const EQUIVALENT: readonly EquivalentMutant[] = [];
