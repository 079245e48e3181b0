import { fork, heard, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { startApp } from "./apps.ts";
import type { AppChoice } from "./apps.ts";
import { BENCH_KEYS } from "./bench-keys.ts";
import type { Durability, System } from "./system.ts";

export interface LoopChoice {
  readonly name: string;
  readonly app: AppChoice;
  readonly durability: Durability;
  readonly workloads: System["workloads"];
}

/** The limit: the minimal loop, and one of the apps. */
export function minimalLoop(choice: LoopChoice, execArgv: readonly string[] = []): System {
  return {
    name: choice.name,
    durability: choice.durability,
    workloads: choice.workloads,
    async start(folder) {
      const [port, appPort] = [await freePort(), await freePort()];
      const origin = `http://127.0.0.1:${port}`;
      const app = await startApp(choice.app, appPort, origin);
      const argv = ["--port", String(port), "--app", new URL(app.url).origin];
      argv.push("--signing-key", BENCH_KEYS.signingKey, "--data-dir", folder);
      const server = fork(
        "minimal loop",
        new URL("../limits/minimal-loop.ts", import.meta.url),
        argv,
        execArgv,
      );
      await heard("minimal loop", server, "listening", 20_000);
      return {
        target: { kind: "direct", origin, path: "/e/bench", body: "event" },
        serverPids: [server.pid ?? 0],
        appPids: [app.child.pid ?? 0],
        async stop() {
          await Promise.all([stop(server), stop(app.child)]);
        },
      };
    },
  };
}
