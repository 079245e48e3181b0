import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { endOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";

/** A function that tells which pattern of event names started it. */
function startedBy(pattern: string, index: number): FunctionSpec {
  return { id: `pattern-${index}`, triggers: [{ event: pattern }], handler: () => pattern };
}

describe("event names", { timeout: 60_000 }, () => {
  const stage = sharedStage();

  /** Which of these patterns start a function for an event of this name, sorted. */
  async function started(
    name: string,
    patterns: readonly string[],
    count: number,
  ): Promise<readonly string[]> {
    await using app = await stage.app([...patterns.map(startedBy), startedBy(name, patterns.length)]);
    const { ids } = await app.send({ name });
    const [event] = ids;
    assert.ok(event !== undefined);
    // Runs are opened with the event: once the wanted ones are there, so is every other.
    const runs = await runsOf(stage.server, event, count + 1);
    const ends = await Promise.all(runs.map(({ run_id: run }) => endOf(stage.server, run)));
    return ends
      .map(({ output }) => String(output))
      .filter((output) => output !== name)
      .toSorted();
  }

  it("13.1 a trigger matches its own name, a prefix cut at a slash with /*, and one cut at a dot with .*", async () => {
    const patterns = ["app/*", "app/user.*"];
    assert.deepEqual(await started("app/user.created", patterns, 2), patterns);
  });

  it("13.1 a name is cut at every slash and at every dot", async () => {
    const patterns = ["deep/*", "deep/a.*", "deep/a.b/*", "deep/a.b/c.*"];
    assert.deepEqual(await started("deep/a.b/c.d", patterns, patterns.length), patterns);
  });

  it("13.1 no other pattern matches: neither * alone, nor a part of a word, nor a star inside or in front", async () => {
    const patterns = [
      "*",
      "none/us*",
      "none/users.*",
      "none/user*",
      "none.*",
      "none/user/*",
      "none/*.created",
      "*.created",
      "NONE/*",
      "none/user.created.*",
      "none/user.created/*",
      "none/user",
    ];
    assert.deepEqual(await started("none/user.created", patterns, 0), []);
  });
});
