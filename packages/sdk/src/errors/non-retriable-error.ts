/**
 * Thrown by a function or a step that will not succeed however often it is tried: the attempt is the last one.
 *
 * @example
 * ```ts
 * if (card === null) throw new NonRetriableError("The customer has no card.");
 * ```
 */
export class NonRetriableError extends Error {
  override readonly name: string = "NonRetriableError";
}
