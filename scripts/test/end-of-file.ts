/**
 * Loaded into every test process by `npm test`: a process whose tests have ended and that goes on living (a server nobody
 * stopped, a child nobody killed) says what keeps it and fails, where it would have kept the whole run waiting.
 */
import { env } from "node:process";
import { after } from "node:test";

const PATIENCE_MS = Number(env["HOLDFAST_TEST_END_MS"] ?? 20_000);

// The process that runs the files is no file of tests itself.
if (env["NODE_TEST_CONTEXT"] === "child-v8") after(watch);

function watch(): void {
  setTimeout(() => {
    const kept = [...new Set(process.getActiveResourcesInfo())].toSorted().join(", ");
    console.error(`The tests of this file ended ${PATIENCE_MS} ms ago, and it is kept alive by: ${kept}.`);
    process.exit(1);
  }, PATIENCE_MS).unref();
}
