import { index, member, select } from "./access.ts";
import { negate } from "./arithmetic.ts";
import { comprehend } from "./comprehensions.ts";
import { type Code, metered, type Variables } from "./evaluation.ts";
import { type CelFunction, FUNCTIONS } from "./functions.ts";
import { invalid, quoted } from "./invalid.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, spend } from "./meter.ts";
import { chain, operationOf } from "./operators.ts";
import { compilePattern } from "./pattern.ts";
import { type Node, pathOf } from "./syntax.ts";
import {
  ConstructedMap,
  Failure,
  isMap,
  isTruthy,
  kindOf,
  type Result,
  scalarKey,
  TYPE_NAMES,
  TypeName,
  type Value,
} from "./value.ts";

/**
 * Compiles a tree to code in which every name and function is already found.
 *
 * @throws HoldfastError `expression_invalid` at a name or function that does not exist, arguments that do not fit, a
 * pattern that is not valid, or macros nested too deep.
 */
export function compile(source: string, tree: Node, variables: readonly (keyof Variables)[]): Code {
  return new Compiler(source, variables).compile(tree);
}

class Compiler {
  readonly #source: string;
  readonly #variables: readonly (keyof Variables)[];
  /** The names of the elements of the macros around the node, the outermost first. */
  readonly #elements: string[] = [];
  #patterns = 0;

  constructor(source: string, variables: readonly (keyof Variables)[]) {
    this.#source = source;
    this.#variables = variables;
  }

  compile(node: Node): Code {
    return metered(this.#code(node));
  }

  #code(node: Node): Code {
    switch (node.kind) {
      case "literal":
        return () => node.value;
      case "name":
        return this.#name(node.at, node.name);
      case "select":
        return this.#select(node);
      case "has": {
        const { field } = node;
        return onValue(
          this.compile(node.operand),
          (value) => isMap(value) && member(value, field) !== undefined,
        );
      }
      case "index":
        return onValues(this.compile(node.operand), this.compile(node.key), index);
      case "list":
        return this.#list(node.items);
      case "map":
        return this.#map(node.entries);
      case "unary":
        return onValue(
          this.compile(node.operand),
          node.operator === "-" ? negate : (value) => !isTruthy(value),
        );
      case "binary": {
        const left = this.compile(node.left);
        const right = this.compile(node.right);
        const operation = operationOf(node.operator);
        return (evaluation) => {
          const leftValue = left(evaluation);
          if (leftValue instanceof Failure) return leftValue;
          const rightValue = right(evaluation);
          return rightValue instanceof Failure ? rightValue : operation(leftValue, rightValue, evaluation);
        };
      }
      case "and":
      case "or":
        return chain(
          node.operands.map((operand) => this.compile(operand)),
          node.kind === "or",
        );
      case "conditional": {
        const condition = this.compile(node.condition);
        const consequent = this.compile(node.consequent);
        const alternate = this.compile(node.alternate);
        return (evaluation) => {
          const verdict = condition(evaluation);
          if (verdict instanceof Failure) return verdict;
          return isTruthy(verdict) ? consequent(evaluation) : alternate(evaluation);
        };
      }
      case "call":
        return this.#call(node);
      case "macro":
        return this.#macro(node);
    }
  }

  #name(at: number, name: string): Code {
    const slot = this.#elements.lastIndexOf(name);
    if (slot !== -1) return ({ elements }) => elements[slot] ?? null;
    const variable = this.#variables.find((known) => known === name);
    if (variable !== undefined) return ({ variables }) => variables[variable];
    if (TYPE_NAMES.has(name)) {
      const type = new TypeName(name);
      return () => type;
    }
    throw invalid(
      this.#source,
      at,
      `expected one of ${this.#variables.join(", ")}, found the name ${quoted(name)}`,
    );
  }

  #select(node: Extract<Node, { kind: "select" }>): Code {
    const { operand, field } = node;
    // The types whose names have dots have two, so nothing longer needs a look.
    const path = operand.kind === "select" && operand.operand.kind === "name" ? pathOf(node) : null;
    const typeName = path === null ? "" : [path.root, ...path.fields].join(".");
    if (TYPE_NAMES.has(typeName)) {
      const type = new TypeName(typeName);
      return () => type;
    }
    return onValue(this.compile(operand), (value) => select(value, field));
  }

  #list(items: readonly Node[]): Code {
    const codes = items.map((item) => this.compile(item));
    return (evaluation) => {
      const values: Value[] = [];
      for (const code of codes) {
        const value = code(evaluation);
        if (value instanceof Failure) return value;
        values.push(value);
      }
      return values;
    };
  }

  #map(entries: Extract<Node, { kind: "map" }>["entries"]): Code {
    const codes = entries.map(({ key, value }) => [this.compile(key), this.compile(value)] as const);
    return (evaluation) => {
      // An entry takes more memory, and so more time, than the nodes it is made from.
      if (!spend(evaluation, MAP_ENTRY_UNITS * codes.length)) return EXHAUSTED;
      const map = new Map<string, readonly [Value, Value]>();
      for (const [keyCode, valueCode] of codes) {
        const key = keyCode(evaluation);
        if (key instanceof Failure) return key;
        const value = valueCode(evaluation);
        if (value instanceof Failure) return value;
        const filedUnder = scalarKey(key);
        if (filedUnder === null) return new Failure(`${kindOf(key)} cannot be the key of a map`);
        if (map.has(filedUnder)) return new Failure("a map has the same key twice");
        map.set(filedUnder, [key, value]);
      }
      return new ConstructedMap(map);
    };
  }

  #call(node: Extract<Node, { kind: "call" }>): Code {
    const definition = this.#function(node);
    const values = node.receiver === null ? node.arguments : [node.receiver, ...node.arguments];
    if (values.length < definition.argumentsMin || values.length > definition.argumentsMax) {
      const receivers = node.receiver === null ? 0 : 1;
      throw invalid(
        this.#source,
        node.at,
        `expected ${definition.argumentsMin - receivers} arguments of ${node.name}, found ${node.arguments.length}`,
      );
    }
    const codes = values.map((value) => this.compile(value));
    const [, pattern] = values;
    if (node.name === "matches" && pattern?.kind === "literal" && typeof pattern.value === "string") {
      return this.#matches(codes[0] as Code, pattern.at, pattern.value);
    }
    return (evaluation) => {
      const results: Value[] = [];
      for (const code of codes) {
        const result = code(evaluation);
        if (result instanceof Failure) return result;
        results.push(result);
      }
      return definition.run(results, evaluation);
    };
  }

  #function(node: Extract<Node, { kind: "call" }>): CelFunction {
    const definition = FUNCTIONS.get(node.name);
    if (definition === undefined) {
      throw invalid(
        this.#source,
        node.at,
        `expected a function, and there is none named ${quoted(node.name)}`,
      );
    }
    const style = node.receiver === null ? "global" : "method";
    if (definition.style !== "both" && definition.style !== style) {
      const form = definition.style === "global" ? `${node.name}(x)` : `x.${node.name}()`;
      throw invalid(this.#source, node.at, `expected the form ${form} of the function`);
    }
    return definition;
  }

  /** A literal pattern is read now, once; a bad one is an error of the expression and not of each evaluation. */
  #matches(text: Code, at: number, source: string): Code {
    if (++this.#patterns > EXPRESSION_LIMITS.patternsCount) {
      throw invalid(this.#source, at, `it has more than ${EXPRESSION_LIMITS.patternsCount} patterns`);
    }
    const pattern = compilePattern(source);
    if (pattern instanceof Failure) throw invalid(this.#source, at, pattern.reason);
    return (evaluation) => {
      const value = text(evaluation);
      if (value instanceof Failure) return value;
      if (typeof value !== "string") return new Failure(`matches takes a string, not ${kindOf(value)}`);
      return pattern.isIn(value, evaluation);
    };
  }

  #macro(node: Extract<Node, { kind: "macro" }>): Code {
    const range = this.compile(node.range);
    const slot = this.#elements.length;
    if (slot >= EXPRESSION_LIMITS.macroNestingCount) {
      throw invalid(
        this.#source,
        node.at,
        `macros are nested more than ${EXPRESSION_LIMITS.macroNestingCount} deep`,
      );
    }
    this.#elements.push(node.variable);
    const predicate = node.predicate === null ? null : this.compile(node.predicate);
    const transform = node.transform === null ? null : this.compile(node.transform);
    this.#elements.pop();
    return comprehend({ macro: node.macro, range, slot, predicate, transform });
  }
}

const MAP_ENTRY_UNITS = 4;

function onValue(operand: Code, run: (value: Value) => Result): Code {
  return (evaluation) => {
    const value = operand(evaluation);
    return value instanceof Failure ? value : run(value);
  };
}

function onValues(left: Code, right: Code, run: (left: Value, right: Value) => Result): Code {
  return (evaluation) => {
    const leftValue = left(evaluation);
    if (leftValue instanceof Failure) return leftValue;
    const rightValue = right(evaluation);
    return rightValue instanceof Failure ? rightValue : run(leftValue, rightValue);
  };
}
