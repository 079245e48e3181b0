import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { platformWorld } from "../platform/world.ts";
import { refusal } from "../testing/refusal.ts";
import { testKey } from "../testing/stage-of.ts";
import { commandKeys } from "./command-keys.ts";
import { fileKeys } from "./file-keys.ts";

const folder = mkdtempSync(join(tmpdir(), "sealing-keys-"));
after(() => rmSync(folder, { recursive: true }));

const [first, second] = [testKey(1), testKey(2)];

/** A file that appears whole, as one that is replaced. */
function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(`${path}.draft`, text, { mode });
  chmodSync(`${path}.draft`, mode);
  renameSync(`${path}.draft`, path);
  return path;
}

test("keys come from a file, and from what replaces it", async () => {
  const path = write("rotated", first.text());
  const keys = fileKeys(path);
  assert.equal((await keys.current()).id, first.id);
  assert.equal(await keys.find(second.id), null);
  write("rotated", `${second.text()}\n${first.text()}\n`);
  assert.equal((await keys.current()).id, second.id);
  assert.equal((await keys.find(first.id))?.id, first.id);
});

test(
  "a file that others may read is refused, at once and later",
  { skip: process.platform === "win32" },
  () => {
    for (const mode of [0o640, 0o604, 0o620]) {
      const path = write("open", first.text(), mode);
      assert.throws(() => fileKeys(path), refusal("seal_key_invalid", { hidden: [first.text()] }));
    }
    const path = write("opened", first.text());
    const keys = fileKeys(path);
    chmodSync(path, 0o644);
    assert.throws(() => keys.current(), refusal("seal_key_unavailable", { isRetriable: true }));
  },
);

test("a file that is missing or holds something else is refused at once; later it is waited for", async () => {
  assert.throws(() => fileKeys(join(folder, "missing")), refusal("seal_key_invalid"));
  assert.throws(
    () => fileKeys(write("odd", "hunter2")),
    refusal("seal_key_invalid", { hidden: ["hunter2"] }),
  );
  const path = write("lost", first.text());
  const keys = fileKeys(path);
  rmSync(path);
  assert.throws(() => keys.find(first.id), refusal("seal_key_unavailable", { isRetriable: true }));
  write("lost", "hunter2");
  assert.throws(
    () => keys.current(),
    refusal("seal_key_unavailable", { isRetriable: true, hidden: ["hunter2"] }),
  );
  write("lost", first.text());
  assert.equal((await keys.current()).id, first.id);
});

test("a program prints keys, once until they are old, for all who wait", async () => {
  const path = write("count", "");
  const script = `const fs = require("node:fs"); fs.appendFileSync(process.argv[1], "x"); console.log(process.argv[2])`;
  let now = 0;
  const keys = commandKeys({
    command: [process.execPath, "-e", script, path, `${first.text()},${second.text()}`],
    world: { ...platformWorld, now: () => now },
  });
  const [current, found] = await Promise.all([keys.current(), keys.find(second.id)]);
  assert.equal(current.id, first.id);
  assert.equal(found?.id, second.id);
  assert.equal(readFileSync(path, "utf8"), "x");
  now = 300_000;
  await keys.current();
  assert.equal(readFileSync(path, "utf8"), "xx");
});

test("a program that fails, hangs or prints something else is retriable, and shows nothing", async () => {
  const node = process.execPath;
  const commands: readonly (readonly [string, ...string[]])[] = [
    [node, "-e", `console.log("hunter2"); console.error("hunter2"); process.exit(1)`],
    [node, "-e", `console.log("hunter2")`],
    [node, "-e", "setInterval(() => {}, 1000)"],
    [join(folder, "no-such-program")],
  ];
  for (const [index, command] of commands.entries()) {
    const keys = commandKeys({ command, timeoutMs: index === 2 ? 100 : 20_000 });
    const refused = refusal("seal_key_unavailable", { isRetriable: true, hidden: ["hunter2"] });
    await assert.rejects(async () => keys.current(), refused);
    await assert.rejects(async () => keys.find(first.id), refused);
  }
});
