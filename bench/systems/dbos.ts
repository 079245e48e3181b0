import { fork, heard, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { installPeer } from "./peer-install.ts";
import { startPostgres } from "./postgres.ts";
import type { System } from "./system.ts";

/** DBOS as it comes: the library in the app's process, PostgreSQL with default settings. */
export const dbos: System = {
  name: "DBOS + PostgreSQL",
  durability: "each step",
  workloads: ["w1", "w2", "w3"],
  async start(folder) {
    installPeer("dbos");
    const postgres = await startPostgres(folder);
    const port = await freePort();
    const argv = ["--port", String(port), "--database", postgres.url];
    const app = fork("DBOS app", new URL("../peers/dbos/app.ts", import.meta.url), argv, [
      "--no-deprecation",
    ]);
    await heard("DBOS app", app, "listening", 60_000);
    return {
      target: { kind: "direct", origin: `http://127.0.0.1:${port}`, path: "/:workload", body: "input" },
      serverPids: [postgres.pid],
      appPids: [app.pid ?? 0],
      async stop() {
        await stop(app);
        await postgres.stop();
      },
    };
  },
};
