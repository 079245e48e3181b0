#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a syntax error.
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 24 || (parts[0] === 24 && parts[1] < 15)) {
  console.error("holdfast needs Node 24.15 or newer; this is " + process.version + " (" + process.execPath + ").");
  process.exit(3);
}

// Inside the repository Node runs the sources when it is told to by the condition that resolves the packages to them.
var conditions = process.execArgv.concat((process.env.NODE_OPTIONS || "").split(/\s+/)).join(" ");
var fromSource = /(^|\s)(-C|--conditions)[= ]?@holdfast\/source(\s|$)/.test(conditions);
import(fromSource ? "../src/main.ts" : "../dist/main.js").catch(function (error) {
  if (error && error.code === "ERR_MODULE_NOT_FOUND" && /dist[\\/]main\.js/.test(String(error.message))) {
    console.error("holdfast is not built. Run `npm run build`, or `npm run holdfast -- <command>` to run its sources.");
    process.exit(3);
  }
  throw error;
});
