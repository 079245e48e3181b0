import { invalid, quoted } from "./invalid.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { readMacro } from "./macros.ts";
import type { BinaryOperator, Node } from "./syntax.ts";
import { readTokens, type Token } from "./tokens.ts";
import { isInt64, type Value } from "./value.ts";

/** How tightly the operators that take two operands bind; all of them lean to the left. */
const BINDING: ReadonlyMap<string, number> = new Map<BinaryOperator, number>([
  ["==", 1],
  ["!=", 1],
  ["<", 1],
  ["<=", 1],
  [">", 1],
  [">=", 1],
  ["in", 1],
  ["+", 2],
  ["-", 2],
  ["*", 3],
  ["/", 3],
  ["%", 3],
]);

/** Words that CEL keeps for itself. Behind a dot they are fields like any other. */
const RESERVED: ReadonlySet<string> = new Set(
  "as break const continue else for function if import in let loop package namespace return var void while".split(
    " ",
  ),
);

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Reads an expression into its tree (CEL language definition, "Syntax"), by recursive descent: one level of the stack
 * for each level of brackets, within the limits on length, depth and nodes.
 *
 * @throws HoldfastError `expression_invalid` with the place, and what was expected there.
 */
export function parse(source: string): Node {
  if (source.length > EXPRESSION_LIMITS.sourceChars) {
    throw invalid(
      source,
      EXPRESSION_LIMITS.sourceChars,
      `it is longer than ${EXPRESSION_LIMITS.sourceChars} characters`,
    );
  }
  return new Parser(source).parseAll();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;
  #nodes = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = readTokens(source);
  }

  parseAll(): Node {
    const node = this.#expression();
    if (this.#token.kind !== "end") throw this.#expected("an operator or the end");
    return node;
  }

  /** A conditional, or anything that binds tighter. */
  #expression(): Node {
    return this.#nested(() => {
      const condition = this.#chain("or", "||");
      const { at } = this.#token;
      if (!this.#take("?")) return condition;
      const consequent = this.#chain("or", "||");
      this.#require(":");
      const alternate = this.#expression();
      return this.#node({ kind: "conditional", at, condition, consequent, alternate });
    });
  }

  #chain(kind: "and" | "or", symbol: "&&" | "||"): Node {
    const parseOperand = (): Node => (kind === "or" ? this.#chain("and", "&&") : this.#binary(1));
    const first = parseOperand();
    const { at } = this.#token;
    const operands = [first];
    while (this.#take(symbol)) {
      const operand = parseOperand();
      // `a && (b && c)` is the same chain: the operands are asked in the same order, and the same one decides.
      if (operand.kind === kind) operands.push(...operand.operands);
      else operands.push(operand);
    }
    if (operands.length === 1) return first;
    if (first.kind === kind) operands.splice(0, 1, ...first.operands);
    return this.#node({ kind, at, operands });
  }

  #binary(binding: number): Node {
    let left = this.#unary();
    for (;;) {
      const { text, at, kind } = this.#token;
      const own = kind === "literal" ? undefined : BINDING.get(text);
      if (own === undefined || own < binding) return left;
      this.#position++;
      const right = this.#binary(own + 1);
      // The table of bindings holds nothing but these operators.
      left = this.#node({ kind: "binary", at, operator: text as BinaryOperator, left, right });
    }
  }

  #unary(): Node {
    const { text: operator, at } = this.#token;
    if (operator !== "!" && operator !== "-") return this.#member(() => this.#primary());
    this.#position++;
    const operand = this.#token;
    if (operator === "-" && operand.kind === "literal" && isSignable(operand.value)) {
      // A sign before a number belongs to it, so that the least integer can be written.
      const value = -operand.value;
      this.#position++;
      return this.#member(() => this.#node({ kind: "literal", at, value }));
    }
    return this.#nested(() => this.#node({ kind: "unary", at, operator, operand: this.#unary() }));
  }

  /** A primary expression and the fields, indexes and calls behind it. */
  #member(parseFirst: () => Node): Node {
    let node = parseFirst();
    for (;;) {
      const { at } = this.#token;
      if (this.#take("[")) {
        const key = this.#expression();
        this.#require("]");
        node = this.#node({ kind: "index", at, operand: node, key });
      } else if (this.#take(".")) {
        const field = this.#token;
        if (field.kind !== "name") throw this.#expected("the name of a field");
        this.#position++;
        node = this.#take("(")
          ? this.#call(field, node)
          : this.#node({ kind: "select", at: field.at, operand: node, field: field.text });
      } else return node;
    }
  }

  #primary(): Node {
    const token = this.#token;
    if (token.kind === "literal") {
      this.#position++;
      if (typeof token.value === "bigint" && !isInt64(token.value)) {
        throw invalid(
          this.#source,
          token.at,
          `expected an integer that fits 64 bits, found ${quoted(token.text)}`,
        );
      }
      return this.#node({ kind: "literal", at: token.at, value: token.value });
    }
    if (token.kind === "name") {
      if (RESERVED.has(token.text)) throw this.#expected("a value");
      this.#position++;
      const constant = CONSTANTS.get(token.text);
      if (constant !== undefined) return this.#node({ kind: "literal", at: token.at, value: constant });
      if (this.#take("(")) return this.#call(token, null);
      return this.#node({ kind: "name", at: token.at, name: token.text });
    }
    if (this.#take("(")) {
      const inner = this.#expression();
      this.#require(")");
      return inner;
    }
    if (this.#take("[")) {
      return this.#node({
        kind: "list",
        at: token.at,
        items: this.#separated("]", () => this.#expression()),
      });
    }
    if (this.#take("{")) {
      const entries = this.#separated("}", () => {
        const key = this.#expression();
        this.#require(":");
        return { key, value: this.#expression() };
      });
      return this.#node({ kind: "map", at: token.at, entries });
    }
    throw this.#expected("a value");
  }

  /** A call whose opening parenthesis was just taken. */
  #call(name: Token, receiver: Node | null): Node {
    const list = this.#separated(")", () => this.#expression());
    const call = { kind: "call", at: name.at, name: name.text, receiver, arguments: list } as const;
    return this.#node(readMacro(this.#source, call) ?? call);
  }

  /** Items up to a closing bracket, which is taken. A comma may stand before it. */
  #separated<Item>(close: string, parseItem: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.#take(close)) {
      items.push(parseItem());
      if (this.#take(",")) continue;
      if (!this.#take(close)) throw this.#expected(`a comma or ${close}`);
      break;
    }
    return items;
  }

  get #token(): Token {
    // The last token is the end, and nothing moves past it.
    return this.#tokens[this.#position] as Token;
  }

  #take(symbol: string): boolean {
    const token = this.#token;
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.#position++;
    return true;
  }

  #require(symbol: string): void {
    if (!this.#take(symbol)) throw this.#expected(symbol);
  }

  #expected(what: string): Error {
    const { at, text, kind } = this.#token;
    return invalid(this.#source, at, `expected ${what}, found ${kind === "end" ? "the end" : quoted(text)}`);
  }

  #nested(parseInside: () => Node): Node {
    if (++this.#depth > EXPRESSION_LIMITS.depthCount) {
      throw invalid(
        this.#source,
        this.#token.at,
        `it is nested more than ${EXPRESSION_LIMITS.depthCount} deep`,
      );
    }
    const node = parseInside();
    this.#depth--;
    return node;
  }

  #node(node: Node): Node {
    if (++this.#nodes > EXPRESSION_LIMITS.nodesCount) {
      throw invalid(this.#source, node.at, `it has more than ${EXPRESSION_LIMITS.nodesCount} parts`);
    }
    return node;
  }
}

function isSignable(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}
