import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makePrivateFile, privacyFault } from "./key-file.ts";

const [ME, OTHER, ROOT] = [1000, 1001, 0];

test("A-097 a key file is its user's alone, to read and to change; root may be given another's", () => {
  const fault = (mode: number, owner: number, user: number | undefined): string =>
    privacyFault("/keys/master-key", { mode, owner }, user)?.message ?? "none";
  for (const mode of [0o100600, 0o100400]) assert.equal(fault(mode, ME, ME), "none");
  for (const mode of [0o100640, 0o100604, 0o100620, 0o100602, 0o100601, 0o100610])
    for (const user of [ME, ROOT])
      assert.match(fault(mode, user, user), /others on this machine may read or change it/);
  assert.match(fault(0o100600, OTHER, ME), /belongs to another user/);
  assert.match(fault(0o100600, ROOT, ME), /belongs to another user/);
  assert.equal(fault(0o100600, OTHER, ROOT), "none");
  assert.equal(fault(0o100666, OTHER, undefined), "none", "Windows has no such bits");
  assert.match(fault(0o100644, ME, ME), /mode 644/);
});

test("a private file is made whole, in a folder of its own, once, and leaves nothing beside it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-key-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "deep", "keys", "master-key");
  assert.equal(makePrivateFile(path, "first"), true);
  assert.equal(readFileSync(path, "utf8"), "first\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, "deep", "keys")).mode & 0o777, 0o700);
  assert.equal(makePrivateFile(path, "second"), false, "another process was faster");
  assert.equal(readFileSync(path, "utf8"), "first\n");
  assert.deepEqual(readdirSync(join(folder, "deep", "keys")), ["master-key"]);
  const cannot = (): never => {
    throw Object.assign(new Error("no links here"), { code: "EPERM" });
  };
  const other = join(folder, "other", "master-key");
  assert.throws(() => makePrivateFile(other, "third", cannot), /no links here/);
  assert.deepEqual(readdirSync(join(folder, "other")), []);
});
