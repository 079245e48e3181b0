import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBreachedPasswords } from "./breached-passwords.ts";

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex").toUpperCase();

describe("a list of breached passwords", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-breached-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const write = (text: string): string => {
    const path = join(folder, "list.txt");
    writeFileSync(path, text);
    return path;
  };
  const refusal = async (text: string): Promise<string> => {
    try {
      await using list = await openBreachedPasswords(write(text));
      return `taken: ${typeof list.has}`;
    } catch (error) {
      assert.equal((error as { code: string }).code, "config_invalid");
      return (error as Error).message;
    }
  };
  /** Lines of different lengths, as real ones are. */
  const lines = (hashes: readonly string[]): readonly string[] =>
    hashes.toSorted().map((hash, index) => `${hash}:${String(7 ** (index % 12))}`);

  for (const count of [1, 2, 70, 100, 2_000])
    it(`finds each of ${count}, and none of as many others`, async () => {
      const words = Array.from({ length: count }, (_, index) => `stolen ${index}`);
      for (const end of ["\n", "\r\n"]) {
        for (const last of [end, ""]) {
          await using list = await openBreachedPasswords(write(`${lines(words.map(sha1)).join(end)}${last}`));
          for (const word of words) assert.ok(await list.has(word), word);
          for (const word of words) assert.ok(!(await list.has(`not ${word}`)), word);
        }
      }
    });

  it("takes hashes without counts, and in small letters", async () => {
    const words = Array.from({ length: 500 }, (_, index) => `stolen ${index}`);
    const text = words
      .map(sha1)
      .toSorted()
      .map((hash) => hash.toLowerCase())
      .join("\n");
    await using list = await openBreachedPasswords(write(text));
    for (const word of words) assert.ok(await list.has(word), word);
    assert.ok(!(await list.has("another")));
  });

  it("goes on when its file is gone", async () => {
    const path = write(lines([sha1("stolen")]).join("\n"));
    await using list = await openBreachedPasswords(path);
    rmSync(path);
    assert.ok(await list.has("stolen"));
  });

  it("is refused when it is none: another hash, another order, passwords themselves, nothing at all, no file", async () => {
    const hashes = Array.from({ length: 5_000 }, (_, index) => sha1(String(index))).toSorted();
    assert.match(await refusal(lines(hashes).join("\n")), /^taken/);
    const swapped = [...hashes.slice(2_500), ...hashes.slice(0, 2_500)];
    assert.match(await refusal(swapped.join("\n")), /must be SHA-1 hashes in hexadecimal, in order/);
    assert.match(await refusal(hashes.toReversed().join("\n")), /in order/);
    assert.match(await refusal(hashes.map((hash) => hash.slice(8)).join("\n")), /must be SHA-1/);
    const torn = hashes.map((hash, index) => (index > 2_000 ? "correct horse" : hash));
    assert.match(await refusal(torn.join("\n")), /must be SHA-1/);
    const long = [...hashes.slice(0, 100), "A".repeat(100_000), ...hashes.slice(100)];
    assert.match(await refusal(long.join("\n")), /must be SHA-1/);
    assert.match(await refusal("password\n123456\n"), /must be SHA-1/);
    assert.match(await refusal(""), /must be SHA-1/);
    await assert.rejects(openBreachedPasswords(join(folder, "none.txt")), {
      code: "config_invalid",
      message: /Cannot read .*none\.txt/,
    });
  });
});
