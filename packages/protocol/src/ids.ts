/**
 * Identifiers as branded strings: the compiler refuses a run id where an event id is meant.
 * A brand costs nothing at run time; make one with `as` at the edge where the text was checked.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** ULID of a run; its time part is when the run was queued. */
export type RunId = Branded<"RunId">;
/** ULID the server gave an event (never the `id` a user chose). */
export type EventId = Branded<"EventId">;
/** UUID of a function, derived from environment, app and slug, so that a repeated sync keeps it. */
export type FunctionId = Branded<"FunctionId">;
/** UUID of an app, derived from environment and name. */
export type AppId = Branded<"AppId">;
/** Hashed id of a step: the SDK's 40 hex digits, opaque to the server. */
export type StepId = Branded<"StepId">;
/** Short name of an environment, such as `production`. */
export type EnvironmentName = Branded<"EnvironmentName">;
