import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const SOURCE = import.meta.dirname;

/** Every file that an entry loads at run time, with what each imports from elsewhere. Types are gone by then. */
function graphOf(entry: string): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  const visit = (path: string): void => {
    if (graph.has(path)) return;
    const text = readFileSync(path, "utf8");
    const found = [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gm)].map(
      ([, name = ""]) => name,
    );
    graph.set(
      path,
      found.filter((name) => !name.startsWith(".")),
    );
    for (const name of found.filter((each) => each.startsWith("."))) visit(join(dirname(path), name));
  };
  visit(join(SOURCE, entry));
  return graph;
}

test("the core imports nothing of Node's, so that it runs wherever JavaScript does", () => {
  const graph = graphOf("index.ts");
  assert.ok(graph.size > 20, `only ${graph.size} files were found`);
  const outside = new Set([...graph.values()].flat());
  assert.deepEqual(
    [...outside].filter(
      (name) => !/^(?:@holdfast\/protocol|@noble\/(?:ciphers|hashes)\/[\w.]+|hpke)$/.test(name),
    ),
    [],
  );
  // The search itself can find something.
  assert.ok([...graphOf("node.ts").values()].flat().includes("node:fs"));
});

test("the official SDK is loaded by its own door alone", () => {
  const loading = ["index.ts", "node.ts", "inngest.ts"].filter((entry) =>
    [...graphOf(entry)].some(([, names]) => names.includes("inngest")),
  );
  assert.deepEqual(loading, ["inngest.ts"]);
});

test("what leaves the test files is no part of a door", () => {
  for (const path of graphOf("index.ts").keys())
    assert.doesNotMatch(relative(SOURCE, path), /testing|\.test\./);
});
