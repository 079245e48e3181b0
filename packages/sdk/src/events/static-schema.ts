import type { StandardSchema } from "./standard-schema.ts";

/**
 * A schema for the compiler alone: it has a type, and takes whatever comes.
 *
 * @example
 * ```ts
 * const paid = eventType("order/paid", { schema: staticSchema<{ orderId: string }>() });
 * ```
 */
export function staticSchema<Data>(): StandardSchema<Data> {
  return {
    "~standard": {
      version: 1,
      vendor: "holdfast",
      // The author says what the value is; nothing is checked.
      validate: (value) => ({ value: value as Data }),
    },
  };
}
