import { HoldfastError } from "@holdfast/protocol";
import { NonRetriableError } from "./non-retriable-error.ts";

/** A class of errors. How its constructor is called is its own matter: it is not called when an error is rebuilt. */
export type ErrorClass = abstract new (...args: never) => Error;

/** The classes that errors of a replay are made of, by the name they travel under. */
export type ErrorClasses = ReadonlyMap<string, ErrorClass>;

/** Classes that every replay knows. */
export const KNOWN_CLASSES: ErrorClasses = new Map<string, ErrorClass>([
  ["Error", Error],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
  ["NonRetriableError", NonRetriableError],
]);

/**
 * The author's classes by name, as the client's option `errorClasses` lists them.
 *
 * @throws HoldfastError `config_invalid` for what is no class of errors, has no name, or has another's.
 */
export function errorClasses(listed: readonly ErrorClass[]): ErrorClasses {
  const classes = new Map<string, ErrorClass>();
  for (const each of listed) {
    if (typeof each !== "function" || !(each.prototype instanceof Error))
      throw invalid("it must hold classes of errors");
    if (each.name === "") throw invalid("a class in it has no name");
    if (KNOWN_CLASSES.has(each.name) || classes.has(each.name))
      throw invalid(`there is more than one class of the name ${each.name}`);
    classes.set(each.name, each);
  }
  return classes;
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("config_invalid", `Cannot use the option errorClasses: ${reason}.`);
}
