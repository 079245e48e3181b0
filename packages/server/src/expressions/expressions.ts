// A stand-in until the room arrives: the same door, nothing behind it.
export type Purpose = "filter" | "key" | "priority" | "cancel";
export interface Expression {
  readonly source: string;
  evaluate(variables: Variables, now: number): Outcome;
}
export interface Variables {
  readonly event: unknown;
  readonly async?: unknown;
  readonly output?: unknown;
}
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "failed"; readonly reason: string };
export interface WaitFilter {
  readonly source: string;
  readonly captured: string;
  readonly equality: { readonly path: readonly string[]; readonly value: string | number | boolean } | null;
}
const absent = (): never => {
  throw new Error("expressions: not here yet");
};
export const compileExpression: (source: string, purpose: Purpose) => Expression = absent;
export const isMatch: (outcome: Outcome) => boolean = absent;
export const keyText: (outcome: Outcome) => string | null = absent;
export const wholeNumber: (outcome: Outcome) => number | null = absent;
export const prepareFilter: (expression: Expression, event: unknown, now: number) => WaitFilter | "never" = absent;
export const equalityKey: (value: unknown) => string | null = absent;
export const valueAt: (root: unknown, path: readonly string[]) => unknown = absent;
export const createFilterCache: (
  entriesMax: number,
) => (source: string, captured: string, async: unknown, now: number) => boolean = () => absent;
