#!/usr/bin/env -S node --max-semi-space-size=16
// The bound on V8's young generation keeps the memory of a busy server near what it needs; it cannot be set later.
// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a syntax error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`holdfast needs Node 24.15 or newer; this is ${process.version} (${process.execPath}).`);
  process.exit(3);
}

// Inside the repository Node runs the sources, when it is told to by the condition that resolves packages to them.
const conditions = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
const isFromSource = /(^|\s)(-C|--conditions)[= ]?@holdfast\/source(\s|$)/.test(conditions);
import(isFromSource ? "../src/main.ts" : "../dist/main.js").catch((/** @type {unknown} */ error) => {
  if (error?.code === "ERR_MODULE_NOT_FOUND" && /dist[\\/]main\.js/.test(error.message)) {
    console.error(
      "holdfast is not built. Run `npm run build`, or `npm run holdfast -- <command>` from its sources.",
    );
    process.exit(3);
  }
  throw error;
});
