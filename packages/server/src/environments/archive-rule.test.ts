import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { ARCHIVE_AFTER_MS, shouldArchive } from "./archive-rule.ts";
import type { EnvironmentRecord } from "./contract.ts";

const BRANCH: EnvironmentRecord = {
  name: "previews--main" as EnvironmentName,
  id: "x",
  kind: "branch",
  family: "previews" as EnvironmentName,
  label: "main",
  createdAt: 1000,
  archivedAt: null,
  archiveAfterMs: ARCHIVE_AFTER_MS,
};
const idle = { lastUsedAt: 5000, isBusy: false };

test("a branch is quiet for three days before it archives itself", () => {
  assert.equal(ARCHIVE_AFTER_MS, 259_200_000);
});

test("shouldArchive() waits for the whole quiet time, counted from the last use", () => {
  assert.equal(shouldArchive(BRANCH, idle, 5000 + ARCHIVE_AFTER_MS - 1), false);
  assert.equal(shouldArchive(BRANCH, idle, 5000 + ARCHIVE_AFTER_MS), true);
});

test("shouldArchive() counts from when the branch was made, where nothing ever came in", () => {
  const never = { lastUsedAt: null, isBusy: false };
  assert.equal(shouldArchive(BRANCH, never, 1000 + ARCHIVE_AFTER_MS - 1), false);
  assert.equal(shouldArchive(BRANCH, never, 1000 + ARCHIVE_AFTER_MS), true);
});

test("shouldArchive() leaves what is busy, what is in the archive, and what never archives itself", () => {
  const late = 10 * ARCHIVE_AFTER_MS;
  assert.equal(shouldArchive(BRANCH, { ...idle, isBusy: true }, late), false);
  assert.equal(shouldArchive({ ...BRANCH, archivedAt: 1 }, idle, late), false);
  assert.equal(shouldArchive({ ...BRANCH, archiveAfterMs: null }, idle, late), false);
});
