import assert from "node:assert/strict";
import type { Run } from "@holdfast/client";
import type { Sdk } from "../kit/function-spec.ts";

/** The run completed with this output. */
export function assertCompleted(run: Run, output: unknown): void {
  assert.equal(run.status, "Completed", `the run ended as ${JSON.stringify(run.output)?.slice(0, 2000)}`);
  assert.deepEqual(run.output, output);
}

/** The run failed with an error of this name whose message fits; returns the error. */
export function assertFailed(run: Run, name: string, message: RegExp): Readonly<Record<string, unknown>> {
  assert.equal(run.status, "Failed", `the run ended as ${JSON.stringify(run.output)?.slice(0, 2000)}`);
  const error = errorOf(run);
  assert.equal(error["name"], name);
  assert.match(String(error["message"]), message);
  return error;
}

/** The error that ended the run. */
export function errorOf(run: Run): Readonly<Record<string, unknown>> {
  const { output } = run;
  assert.ok(
    typeof output === "object" && output !== null,
    `the output is an error object: ${JSON.stringify(output)}`,
  );
  // An object's members may be read by name; callers assert what they hold.
  return output as Record<string, unknown>;
}

/** The name under which an error of the user's own class arrives: version 3 writes down the language's own names only. */
export function errorNameIn(sdk: Sdk, name: string): string {
  return sdk.version === "v3" ? "Error" : name;
}
