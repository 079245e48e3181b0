/**
 * The real server, in a process that can be killed. Options come as JSON in `CRASH_OPTIONS`; says `ready` on stdout once
 * it listens.
 */
import { startServer } from "@holdfast/server";
import type { ServerOptions } from "@holdfast/server";

// Written by the test that started this process.
const options = JSON.parse(process.env["CRASH_OPTIONS"] ?? "{}") as ServerOptions;
const server = await startServer(options);
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  void server.stop(10_000).then(() => process.exit(0));
});
