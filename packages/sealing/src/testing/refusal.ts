import assert from "node:assert/strict";
import { inspect } from "node:util";
import { SealingError } from "../sealing-error.ts";

/** For `assert.rejects` and `assert.throws`: a typed error of the code, in which none of the texts is in sight. */
export function refusal(
  code: string,
  options: {
    readonly part?: string;
    readonly isRetriable?: boolean;
    readonly hidden?: readonly string[];
  } = {},
): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SealingError, inspect(error));
    assert.equal(error.code, code);
    assert.equal(error.noRetry, options.isRetriable !== true);
    if (options.part !== undefined) assert.equal(error.details["part"], options.part);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    for (const text of options.hidden ?? []) assert.ok(!shown.includes(text), `it shows ${text}`);
    return true;
  };
}
