import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunStatus } from "./statuses.ts";
import { hasEnded } from "./statuses.ts";

const ENDED: Readonly<Record<RunStatus, boolean>> = {
  Scheduled: false,
  Running: false,
  Completed: true,
  Failed: true,
  Cancelled: true,
  Skipped: true,
};

test("hasEnded() is true for exactly the final statuses", () => {
  for (const [status, ended] of Object.entries(ENDED)) {
    // The keys of the record are the statuses.
    assert.equal(hasEnded(status as RunStatus), ended, status);
  }
});
