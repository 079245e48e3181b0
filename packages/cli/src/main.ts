/** The `holdfast` command: runs what its arguments say, in this process. */
import { loadEnvFile } from "node:process";
import { runCommandLine } from "./run.ts";

// Whoever reads our output may stop reading, as `head` does: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  loadEnvFile,
  onSignal(callback) {
    process.on("SIGINT", callback);
    process.on("SIGTERM", callback);
  },
  exit: (code) => process.exit(code),
});
