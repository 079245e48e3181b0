import { parseSync } from "oxc-parser";

/** One small change of a file that some test should notice. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The text that is replaced, where it is, and by what. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

/** What is looked at of a node: its kind, its place, and the nodes below it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [name: string]: unknown;
}

const SWAPPED: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
  "-": "+",
  "*": "/",
};
/** Words for people, and what is gone at run time. */
const SKIPPED = /^(?:TS(?!As|NonNull|Satisfies)|ImportDeclaration|ExportAll|TemplateElement)/;
/** What is written for people to read: its words are nobody's business here. */
const SAYS =
  /^(?:log|report|world)\.(?:\w+\.)?(?:debug|info|warn|error|notice|line|write)\b|^(?:say|notice)\(/;

/** Every mutant of a file, in the order of its text. Pure. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const found: Mutant[] = [];
  const textOf = ({ end, start }: Pick<Node, "end" | "start">): string => source.slice(start, end);
  const add = ({ end, start }: Pick<Node, "end" | "start">, after: string): void => {
    const line = source.slice(0, start).split("\n").length;
    found.push({ file, line, start, end, before: source.slice(start, end), after });
  };

  function visit(node: Node): void {
    if (SKIPPED.test(node.type)) return;
    if (node.type === "ExpressionStatement" && SAYS.test(textOf(node))) return;
    mutate(node);
    for (const below of nodesBelow(node)) visit(below);
  }

  function mutate(node: Node): void {
    switch (node.type) {
      case "BinaryExpression":
      case "LogicalExpression":
        return mutateOperator(node);
      case "UnaryExpression":
        if (node["operator"] === "!") add(node, textOf(node["argument"] as Node));
        return;
      case "IfStatement":
      case "ConditionalExpression":
        for (const word of ["true", "false"]) add(node["test"] as Node, word);
        return;
      case "Literal":
        if (typeof node["value"] === "boolean") add(node, String(!node["value"]));
        return;
      case "ThrowStatement":
        return add(node, ";");
      case "ExpressionStatement": {
        const expression = node["expression"] as Node;
        const inner = expression.type === "AwaitExpression" ? (expression["argument"] as Node) : expression;
        if (inner.type === "CallExpression") add(node, ";");
        return;
      }
    }
  }

  function mutateOperator(node: Node): void {
    const [left, right] = [node["left"] as Node, node["right"] as Node];
    const operator = String(node["operator"]);
    if (operator === "??") return add(node, textOf(left));
    const other = SWAPPED[operator];
    if (other === undefined) return;
    const at = source.indexOf(operator, left.end);
    if (at >= 0 && at < right.start) add({ start: at, end: at + operator.length }, other);
  }

  visit(parseSync(file, source).program as unknown as Node);
  return found.toSorted((one, two) => one.start - two.start);
}

function nodesBelow(node: Node): readonly Node[] {
  // The words of an error are for people; its code is not.
  const isError = node.type === "NewExpression" && (node["callee"] as Node)["name"] === "HoldfastError";
  return Object.entries(node).flatMap(([name, value]) => {
    const list = isError && name === "arguments" ? (value as unknown[]).slice(0, 1) : [value].flat();
    return list.filter((each): each is Node => typeof each === "object" && each !== null && "type" in each);
  });
}

/** The file with the change. */
export function mutated(source: string, { after, end, start }: Mutant): string {
  return source.slice(0, start) + after + source.slice(end);
}
