import assert from "node:assert/strict";
import type { Op } from "@holdfast/protocol";
import { parseOps } from "@holdfast/protocol";
import type { CallAnswer } from "../contract.ts";

/** The ops of a 206, read as a server reads them. */
export function opsOf(answer: CallAnswer): readonly Op[] {
  assert.equal(answer.status, 206, answer.body);
  return parseOps(JSON.parse(answer.body));
}

/** A short word for each op: `StepRun a`. */
export function namesOf(answer: CallAnswer): readonly string[] {
  return opsOf(answer).map(({ op, userland }) => (userland === undefined ? op : `${op} ${userland.id}`));
}
