/**
 * What is left of a value's type after JSON: dates are texts, `undefined` alone is null, functions are gone. Results of
 * steps have it, since a replay reads them from what was stored.
 */
export type JsonForm<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? unknown
    : T extends string | number | boolean | null
      ? T
      : T extends undefined | void
        ? null
        : T extends { toJSON(): infer Form }
          ? JsonForm<Form>
          : T extends bigint | symbol | ((...args: never) => unknown)
            ? never
            : { -readonly [Key in keyof T]: JsonMember<T[Key]> };

/** A member may be absent, which JSON keeps. */
type JsonMember<T> = T extends undefined ? undefined : JsonForm<T>;
