import assert from "node:assert/strict";
import { test } from "node:test";
import { GLOBAL_OPTIONS } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { renderCommand, renderOverview } from "./help.ts";

const assertFits = (page: string): void => {
  for (const line of page.split("\n")) assert.ok(line.length <= 80, line);
};

test("renderOverview() lists every command within 80 columns", () => {
  const page = renderOverview(COMMANDS, GLOBAL_OPTIONS);
  assertFits(page);
  for (const { name } of COMMANDS) assert.ok(page.includes(`  ${name} `), name);
});

for (const { name, load } of COMMANDS) {
  test(`renderCommand() of ${name} fits 80 columns, has an example, and shows every option with a summary`, async () => {
    const command = await load();
    const page = renderCommand(name, command, GLOBAL_OPTIONS);
    assertFits(page);
    assert.ok(command.examples.length > 0);
    for (const example of command.examples) {
      assert.ok(example.startsWith(`holdfast ${name}`), example);
      assert.ok(page.includes(`  ${example}\n`));
    }
    for (const { name: option, summary } of command.options)
      assert.equal(new RegExp(`--${option}(?![\\w-])`).test(page), summary !== undefined, option);
    // A secret on a command line can be read by everybody on the machine.
    assert.ok(!/--(?:signing|event)-key[ =](?!FILE)/.test(page));
  });
}
