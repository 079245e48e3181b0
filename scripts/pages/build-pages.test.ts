import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { pagesDir, pagesList } from "@holdfast/dashboard";

const files = JSON.parse(readFileSync(pagesList, "utf8")) as readonly string[];
const sizeOf = (ending: string): number =>
  files
    .filter((name) => name.endsWith(ending))
    .reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, pagesDir)), { level: 9 }).length, 0);

test("what a browser loads first stays within its budget", () => {
  assert.ok(sizeOf(".js") <= 200_000, `${sizeOf(".js")} bytes of script`);
  assert.ok(sizeOf(".css") <= 20_000, `${sizeOf(".css")} bytes of style`);
});

test("the page names files that exist, and nothing inline or from elsewhere", () => {
  const page = readFileSync(new URL("index.html", pagesDir), "utf8");
  const named = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? "");
  assert.ok(named.length >= 4);
  for (const url of named) assert.ok(files.includes(url.slice(1)), url);
  assert.doesNotMatch(page, /<style|style=|<script>|\son[a-z]+=|https?:/);
});

test("no file has a comment of a source map, and none evaluates text", () => {
  for (const name of files.filter((each) => each.endsWith(".js"))) {
    const text = readFileSync(new URL(name, pagesDir), "utf8");
    assert.doesNotMatch(text, /sourceMappingURL|\beval\(|new Function\(/, name);
  }
});
