import assert from "node:assert/strict";
import { test } from "node:test";
import { compactCss } from "./compact-css.ts";

test("compactCss() takes out comments and white space that means nothing", () => {
  const css =
    "/* a\n b */\n.a .b,\n.c:is(.d, .e) {\n  margin: 0 calc(1rem + 2px);\n}\n\n@media (min-width: 1px) {\n  .a {\n    color: red;\n  }\n}\n";
  assert.equal(
    compactCss(css),
    ".a .b,.c:is(.d,.e){margin: 0 calc(1rem + 2px)}@media (min-width: 1px){.a{color: red}}",
  );
});
