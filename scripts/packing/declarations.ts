import { dirname, join } from "node:path";
import type { Statement as SyntaxStatement } from "oxc-parser";
import { parseSync, Visitor } from "oxc-parser";

/** A file of declarations, and how its names hang together. */
interface DeclarationFile {
  readonly statements: readonly Statement[];
  /** What names stand for: those it offers, and those it takes from elsewhere. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /** Names that others can import. */
  readonly offers: readonly string[];
}

interface Target {
  readonly path: string;
  readonly name: string;
}

interface Statement {
  /** Names of which one has to be used for the statement to be kept. */
  readonly names: readonly string[];
  /** Names that are used when it is, whatever they are in it. */
  readonly mentions: readonly Target[];
  /** The statement, with what of it is used. */
  write(isUsed: (name: string) => boolean): string;
}

/**
 * Leaves of a package's declarations what its users can meet: whatever the entries offer, and what that mentions. The rest
 * describes what nobody can import.
 *
 * @param texts of all declarations, by path.
 * @param entries paths of the files that users import.
 * @returns the texts that remain.
 */
export function reachableDeclarations(
  texts: ReadonlyMap<string, string>,
  entries: readonly string[],
): ReadonlyMap<string, string> {
  const files = new Map<string, DeclarationFile>();
  const used = new Map<string, Set<string>>();
  const waiting: Target[] = [];
  const fileAt = (path: string): DeclarationFile => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const text = texts.get(path);
    if (text === undefined) throw new Error(`Cannot follow the declarations: ${path} is not there.`);
    const file = readFile(path, text);
    files.set(path, file);
    return file;
  };
  const want = ({ path, name }: Target): void => {
    const names = used.get(path) ?? new Set<string>();
    used.set(path, names);
    if (names.has(name)) return;
    names.add(name);
    waiting.push({ path, name });
  };

  for (const path of entries) for (const name of fileAt(path).offers) want({ path, name });
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, path } = next;
    const { targets, statements } = fileAt(path);
    for (const target of targets.get(name) ?? []) want(target);
    for (const { names, mentions } of statements) if (names.includes(name)) mentions.forEach(want);
  }
  return new Map(
    [...used].map(([path, names]) => [
      path,
      `${fileAt(path)
        .statements.filter((statement) => statement.names.some((name) => names.has(name)))
        .map((statement) => statement.write((name) => names.has(name)))
        .join("\n")}\nexport {};\n`,
    ]),
  );
}

function readFile(path: string, text: string): DeclarationFile {
  const parsed = parseSync(path, text);
  const failure = parsed.errors[0];
  if (failure !== undefined) throw new Error(`Cannot read ${path}: ${failure.message}`);

  const { body } = parsed.program;
  const statements: Statement[] = [];
  const targets = new Map<string, Target[]>();
  const offers: string[] = [];
  const stand = (name: string, target: Target): void => {
    // What others publish is theirs to declare.
    if (!target.path.endsWith(".d.ts")) return;
    targets.set(name, [...(targets.get(name) ?? []), target]);
  };
  let end = 0;
  for (const node of body) {
    // The comment that stands before it belongs to it.
    const whole = text.slice(end, node.end).trim();
    end = node.end;
    if (node.type === "ImportDeclaration") {
      const from = resolveFrom(path, node.source.value);
      const specifiers = node.specifiers.map((each) => {
        if (each.type !== "ImportSpecifier")
          throw new Error(`Cannot follow ${path}: it imports without names.`);
        const name = nameOf(each.imported);
        stand(each.local.name, { path: from, name });
        return {
          name: each.local.name,
          text: name === each.local.name ? name : `${name} as ${each.local.name}`,
        };
      });
      statements.push(
        listStatement(
          specifiers,
          (list) =>
            `${node.importKind === "type" ? "import type" : "import"} { ${list} } from "${specifierOf(node.source.value)}";`,
        ),
      );
    } else if (node.type === "ExportNamedDeclaration" && node.declaration == null) {
      const { source } = node;
      const specifiers = node.specifiers.map((each) => {
        const [local, exported] = [nameOf(each.local), nameOf(each.exported)];
        offers.push(exported);
        stand(exported, { path: source == null ? path : resolveFrom(path, source.value), name: local });
        return { name: exported, text: local === exported ? local : `${local} as ${exported}` };
      });
      const kind = node.exportKind === "type" ? "export type" : "export";
      const from = source == null ? "" : ` from "${specifierOf(source.value)}"`;
      statements.push(listStatement(specifiers, (list) => `${kind} { ${list} }${from};`));
    } else {
      const names = declaredNames(node, path);
      if (node.type === "ExportNamedDeclaration") offers.push(...names);
      statements.push({
        names,
        mentions: mentionsOf(path, text, node),
        write: () => lean(withSpecifiers(whole)),
      });
    }
  }
  return { statements, targets, offers };
}

/** An import or an export of several names, of which those remain that are used. */
function listStatement(
  specifiers: readonly { readonly name: string; readonly text: string }[],
  write: (list: string) => string,
): Statement {
  return {
    names: specifiers.map(({ name }) => name),
    mentions: [],
    write: (isUsed) =>
      write(
        specifiers
          .filter(({ name }) => isUsed(name))
          .map(({ text }) => text)
          .join(", "),
      ),
  };
}

function declaredNames(node: SyntaxStatement, path: string): readonly string[] {
  const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
  switch (declaration?.type) {
    case "VariableDeclaration":
      return declaration.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : ""));
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [declaration.id.name];
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      return [declaration.id?.name ?? ""];
    default:
      throw new Error(`Cannot follow ${path}: it holds a ${declaration?.type ?? node.type}.`);
  }
}

/** Every name that occurs, since a name too many costs a few bytes, and what is written as `import("./file.js").Name`. */
function mentionsOf(path: string, text: string, node: SyntaxStatement): readonly Target[] {
  const mentions: Target[] = [];
  const source = text.slice(node.start, node.end).replaceAll(/\/\*[^]*?\*\//g, "");
  for (const [name] of source.matchAll(/[A-Za-z_$][\w$]*/g)) mentions.push({ path, name });
  if (source.includes("import(")) {
    // Positions do not matter, so the statement is read by itself.
    new Visitor({
      TSImportType({ source: from, qualifier }) {
        let first = qualifier;
        while (first?.type === "TSQualifiedName") first = first.left;
        if (first?.type !== "Identifier")
          throw new Error(`Cannot follow ${path}: it imports a module as a type.`);
        mentions.push({ path: resolveFrom(path, from.value), name: first.name });
      },
    }).visit(parseSync(path, source).program);
  }
  return mentions;
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.name ?? String(node.value);
}

function resolveFrom(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return join(dirname(path), specifier).replace(/(\.d)?\.[jt]s$/, ".d.ts");
}

/** Declarations name the code beside them; the compiler leaves the sources' names in them. */
function specifierOf(specifier: string): string {
  return specifier.replace(/\.ts$/, ".js");
}

function withSpecifiers(statement: string): string {
  return statement.replaceAll(
    /\bimport\("(\.[^"]+)"\)/g,
    (_whole, specifier: string) => `import("${specifierOf(specifier)}")`,
  );
}

/** Without what tells nobody anything: wide indentation, and sentences that the compiler took for the type of a constant. */
function lean(statement: string): string {
  return statement
    .replaceAll(/^(?: {4})+/gm, (indentation) => "\t".repeat(indentation.length / 4))
    .replaceAll(/: "(?:[^"\\\n]|\\.){40,}";$/gm, ": string;");
}
