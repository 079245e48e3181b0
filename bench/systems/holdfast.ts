import { fileURLToPath } from "node:url";
import { spawn, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { untilAnswers } from "../processes/until-answers.ts";
import { bearerOf } from "../signing.ts";
import { startApp } from "./apps.ts";
import type { AppChoice } from "./apps.ts";
import { BENCH_KEYS } from "./bench-keys.ts";
import type { Durability, System } from "./system.ts";

const CLI = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export interface HoldfastChoice {
  readonly name: string;
  readonly app: AppChoice;
  readonly durability: Durability;
  readonly workloads: System["workloads"];
}

/** Our server as a user starts it (`holdfast start`, production mode, every default), and one of the apps. */
export function holdfast(choice: HoldfastChoice, execArgv: readonly string[] = []): System {
  return {
    name: choice.name,
    durability: choice.durability,
    workloads: choice.workloads,
    async start(folder) {
      const [port, appPort] = [await freePort(), await freePort()];
      const origin = `http://127.0.0.1:${port}`;
      const app = await startApp(choice.app, appPort, origin);
      const flags = [
        "--data-dir",
        folder,
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
        "--sdk-url",
        app.url,
      ];
      // As `npm run holdfast` and the installed command start it.
      const argv = [
        ...execArgv,
        "--max-semi-space-size=16",
        "-C",
        "@holdfast/source",
        CLI,
        "start",
        ...flags,
      ];
      argv.push("--signing-key", BENCH_KEYS.signingKey, "--event-key", BENCH_KEYS.eventKey);
      const { child: server, lastWords } = spawn("holdfast", process.execPath, argv, { cwd: folder });
      try {
        await untilAnswers("holdfast", `${origin}/health`, 30_000, lastWords);
        await app.registered;
      } catch (error) {
        throw new Error(`Cannot bench "${choice.name}": ${String(error)}\n${lastWords()}`, { cause: error });
      }
      return {
        target: {
          kind: "follow",
          origin,
          eventKey: BENCH_KEYS.eventKey,
          bearer: bearerOf(BENCH_KEYS.signingKey),
        },
        serverPids: [server.pid ?? 0],
        appPids: [app.child.pid ?? 0],
        async stop() {
          await stop(server, "SIGTERM", 10_000);
          await stop(app.child);
        },
      };
    },
  };
}
