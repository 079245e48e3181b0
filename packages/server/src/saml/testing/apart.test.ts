import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** What of the room the provider's side may know: the codes it expects, and how a certificate is written. */
const ALLOWED = ["saml-error.ts", "self-signed-certificate.ts"];
/** These stand on our side: they say whom the room trusts, and ask it. */
const OURS: ReadonlySet<string> = new Set(["world.ts", "judge.ts"]);

test("the test provider shares no code with the room that reads its documents", () => {
  const files = globSync("**/*.ts", { cwd: import.meta.dirname }).filter(
    (file) => !OURS.has(file) && !file.endsWith(".test.ts"),
  );
  assert.ok(files.includes("identity-provider.ts"));
  assert.ok(files.includes(join("battery", "row.ts")));
  for (const file of files) {
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    const depth = file.split("/").length;
    const outside = [...source.matchAll(/from "((?:\.\.\/)+[^"]+)"/g)]
      .map(([, path = ""]) => path)
      .filter((path) => path.split("../").length - 1 >= depth)
      .filter((path) => !ALLOWED.some((allowed) => path.endsWith(allowed)));
    assert.deepEqual(outside, [], file);
  }
});
