import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another module. */
export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /**
   * `value`: evaluated at run time. `type`: erased. `worker`: the code of a thread, named by a URL beside the file.
   */
  readonly kind: "value" | "type" | "worker";
  /** `export * from`, in any form that gives no names. */
  readonly exportsAll: boolean;
}

/**
 * Every module that a TypeScript source names: imports, re-exports, dynamic imports, import types, and the URLs of
 * threads. Under `verbatimModuleSyntax` an import is erased only when it says `import type`; `import { type T }`
 * still loads the module, so it counts as a value.
 *
 * @throws Error when the text does not parse.
 */
export function readImports(path: string, source: string): readonly Import[] {
  const parsed = parseSync(path, source);
  const failure = parsed.errors[0];
  if (failure !== undefined) throw new Error(`Cannot read the imports of ${path}: ${failure.message}`);

  const found: Import[] = [];
  const add = (offset: number, specifier: string, kind: Import["kind"], exportsAll = false): void => {
    found.push({ specifier, line: lineAt(source, offset), kind, exportsAll });
  };

  for (const declaration of parsed.module.staticImports) {
    const kind = saysType(source, declaration.start, "import") ? "type" : "value";
    add(declaration.start, declaration.moduleRequest.value, kind);
  }
  for (const declaration of parsed.module.staticExports) {
    const entry = declaration.entries[0];
    if (entry?.moduleRequest == null) continue;
    const kind = saysType(source, declaration.start, "export") ? "type" : "value";
    // Of all forms with a module, only `export * from` gives the export no name.
    const exportsAll = entry.exportName.name == null;
    add(declaration.start, entry.moduleRequest.value, kind, exportsAll);
  }

  // The syntax tree is costly next to the module record, and few files have what only the tree can tell.
  if (/\bimport\s*\(|\bnew\s+URL\b/.test(source)) {
    new Visitor({
      ImportExpression(node) {
        const specifier = textOf(node.source);
        if (specifier !== null) add(node.start, specifier, "value");
      },
      TSImportType(node) {
        const specifier = textOf(node.source);
        if (specifier !== null) add(node.start, specifier, "type");
      },
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
        const [target] = node.arguments;
        const specifier = target === undefined ? null : textOf(target);
        if (specifier !== null && isCode(specifier)) add(node.start, specifier, "worker");
      },
    }).visit(parsed.program);
  }
  return found;
}

/** Whether the declaration at this offset begins `import type` or `export type`. */
function saysType(source: string, start: number, keyword: "import" | "export"): boolean {
  const rest = source.slice(start + keyword.length).trimStart();
  // `import type from "x"` imports a value that is called `type`.
  return /^type\b(?!\s*(?:,|from\b))/.test(rest);
}

/** A literal's text; of a template its fixed beginning, which is what decides where a path leads. */
function textOf(node: {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: unknown;
}): string | null {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral") return null;
  const [first] = node.quasis as readonly { readonly value: { readonly raw: string } }[];
  return first?.value.raw ?? null;
}

function isCode(specifier: string): boolean {
  return specifier.startsWith(".") && /\.[cm]?[jt]s$|\/[^./]+$/.test(specifier);
}

function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) line += 1;
  return line;
}
