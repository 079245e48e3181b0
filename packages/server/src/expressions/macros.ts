import { invalid } from "./invalid.ts";
import type { Macro, Node } from "./syntax.ts";

type Call = Extract<Node, { kind: "call" }>;

/** The macros over a range, and how many arguments each may have. */
const ARGUMENTS: ReadonlyMap<string, readonly [macro: Macro, counts: readonly number[]]> = new Map([
  ["all", ["all", [2]]],
  ["exists", ["exists", [2]]],
  ["exists_one", ["exists_one", [2]]],
  ["existsOne", ["exists_one", [2]]],
  ["map", ["map", [2, 3]]],
  ["filter", ["filter", [2]]],
]);

/**
 * The macro that a call is (CEL language definition, "Macros"), or null for an ordinary call.
 *
 * @throws HoldfastError `expression_invalid` for a macro whose arguments do not fit it.
 */
export function readMacro(source: string, call: Call): Node | null {
  if (call.receiver === null) return call.name === "has" ? readHas(source, call) : null;
  const known = ARGUMENTS.get(call.name);
  if (known === undefined) return null;
  const [macro, counts] = known;
  const [variable, first, second] = call.arguments;
  if (!counts.includes(call.arguments.length) || variable === undefined || first === undefined) {
    throw invalid(
      source,
      call.at,
      `expected ${counts.join(" or ")} arguments of ${call.name}, found ${call.arguments.length}`,
    );
  }
  if (variable.kind !== "name") {
    throw invalid(source, variable.at, `expected a name for the element as first argument of ${call.name}`);
  }
  const isMap = macro === "map";
  return {
    kind: "macro",
    at: call.at,
    macro,
    range: call.receiver,
    variable: variable.name,
    predicate: isMap && second === undefined ? null : first,
    transform: isMap ? (second ?? first) : null,
  };
}

function readHas(source: string, call: Call): Node {
  const [field] = call.arguments;
  if (call.arguments.length !== 1 || field?.kind !== "select") {
    throw invalid(
      source,
      field?.at ?? call.at,
      "expected one field as the argument of has, such as has(event.data.id)",
    );
  }
  return { kind: "has", at: call.at, operand: field.operand, field: field.field };
}
