import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { systemClock } from "#kernel";
import { watchTree } from "./watch-tree.ts";

async function watched(t: TestContext, folders: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-tree-"));
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  const abort = new AbortController();
  let count = 0;
  let told = Promise.withResolvers<void>();
  const done = watchTree({
    directory,
    clock: systemClock,
    signal: abort.signal,
    onChange() {
      count++;
      told.resolve();
      told = Promise.withResolvers<void>();
    },
    onError(error) {
      throw error;
    },
  });
  t.after(async () => {
    abort.abort();
    await done;
    await rm(directory, { recursive: true });
  });
  const write = (name: string, text = "x"): Promise<void> => writeFile(join(directory, name), text);
  /** Writes until a change is told: the watch of a folder that is new begins a moment later. */
  const hears = async (name: string): Promise<void> => {
    const heard = told.promise.then(() => true);
    for (;;) {
      await write(name, String(count));
      const pause = new Promise<boolean>((resolve) => setTimeout(resolve, 400, false));
      if (await Promise.race([heard, pause])) return;
    }
  };
  /** Waits until nothing more is told: long enough for what is under way, by several times the quiet period. */
  const settles = async (): Promise<void> => {
    for (let before = -1; before !== count;) {
      before = count;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  return { directory, write, hears, settles, count: () => count, abort, done };
}

test("watchTree() tells of source files at any depth, also in folders made later", async (t) => {
  const tree = await watched(t, ["src/inngest"]);
  await tree.hears("main.ts");
  await tree.hears("src/inngest/charge.tsx");
  await mkdir(join(tree.directory, "src/new/deep"), { recursive: true });
  await tree.hears("src/new/deep/a.py");
});

test("watchTree() is silent about what is installed, built, hidden or no source", async (t) => {
  const tree = await watched(t, ["node_modules/a", "dist", ".git", ".holdfast", "src"]);
  await tree.hears("src/a.ts");
  await tree.settles();
  const before = tree.count();
  for (const name of [
    "node_modules/a/i.js",
    "dist/a.js",
    ".git/x.ts",
    ".holdfast/a.ts",
    "src/data.json",
    "src/app.log",
    "src/.#a.ts",
  ]) {
    await tree.write(name);
  }
  await tree.settles();
  assert.equal(tree.count(), before);
  await tree.hears("src/b.ts");
});

test("watchTree() tells of a folder moved in, and once of many changes that come together", async (t) => {
  const tree = await watched(t, ["src", ".aside/lib"]);
  await tree.hears("src/a.ts");
  await tree.write(".aside/lib/b.ts");
  await tree.settles();
  const before = tree.count();
  await rename(join(tree.directory, ".aside/lib"), join(tree.directory, "src/lib"));
  for (let index = 0; index < 50; index++) await tree.write(`src/f${index}.ts`);
  await tree.settles();
  // A slow disk may tear them apart, but not into fifty.
  assert.ok(tree.count() > before && tree.count() < before + 10, String(tree.count() - before));
  await tree.hears("src/lib/b.ts");
});

test("watchTree() survives the removal of a folder, and ends when told", async (t) => {
  const tree = await watched(t, ["src/a/b"]);
  await tree.hears("src/a/b/x.ts");
  await rm(join(tree.directory, "src/a"), { recursive: true });
  await tree.hears("src/y.ts");
  await mkdir(join(tree.directory, "src/a/b"), { recursive: true });
  await tree.hears("src/a/b/x.ts");
  tree.abort.abort();
  await tree.done;
});

test("watchTree() says once that a folder cannot be watched", async () => {
  const abort = new AbortController();
  const errors: unknown[] = [];
  const base = { clock: systemClock, signal: abort.signal, onChange() {} };
  const done = watchTree({
    ...base,
    directory: "/proc/1/fdinfo-none\0",
    onError: (error) => errors.push(error),
  });
  abort.abort();
  await done;
  assert.equal(errors.length, 1);
});
