import { fileURLToPath } from "node:url";
import { spawn, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { untilAnswers } from "../processes/until-answers.ts";
import { bearerOf } from "../signing.ts";
import { startApp } from "./apps.ts";
import type { AppChoice, RunningApp } from "./apps.ts";
import { BENCH_KEYS } from "./bench-keys.ts";
import type { Durability, System } from "./system.ts";

const CLI = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export interface HoldfastChoice {
  readonly name: string;
  readonly app: AppChoice;
  readonly durability: Durability;
  readonly workloads: System["workloads"];
}

/** A server of ours with its apps, and where both are. */
export interface RunningHoldfast {
  readonly origin: string;
  readonly serverPid: number;
  readonly apps: readonly RunningApp[];
  stop(): Promise<void>;
}

/** Our server as a user starts it (`holdfast start`, production mode, every default), and one of the apps. */
export function holdfast(choice: HoldfastChoice, execArgv: readonly string[] = []): System {
  return {
    name: choice.name,
    durability: choice.durability,
    workloads: choice.workloads,
    async start(folder) {
      const { origin, serverPid, apps, stop: stopAll } = await startHoldfast([choice.app], folder, execArgv);
      return {
        target: {
          kind: "follow",
          origin,
          eventKey: BENCH_KEYS.eventKey,
          bearer: bearerOf(BENCH_KEYS.signingKey),
          ...(choice.app.kind === "own" && choice.app.isSealing ? { sealingKey: BENCH_KEYS.sealingKey } : {}),
        },
        serverPids: [serverPid],
        appPids: apps.map(({ child }) => child.pid ?? 0),
        stop: stopAll,
      };
    },
  };
}

/** Starts the apps and a server that knows them; settles once it has taken the registration of each. */
export async function startHoldfast(
  choices: readonly AppChoice[],
  folder: string,
  execArgv: readonly string[] = [],
  settings: readonly string[] = [],
): Promise<RunningHoldfast> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const apps: RunningApp[] = [];
  for (const choice of choices) apps.push(await startApp(choice, await freePort(), origin));
  // As `npm run holdfast` and the installed command start it.
  const argv = [...execArgv, "--max-semi-space-size=16", "-C", "@holdfast/source", CLI, "start"];
  argv.push("--data-dir", folder, "--host", "127.0.0.1", "--port", String(port));
  argv.push(...apps.flatMap(({ url }) => ["--sdk-url", url]));
  argv.push("--signing-key", BENCH_KEYS.signingKey, "--event-key", BENCH_KEYS.eventKey, ...settings);
  const { child: server, lastWords } = spawn("holdfast", process.execPath, argv, { cwd: folder });
  try {
    await untilAnswers("holdfast", `${origin}/health`, 30_000, lastWords);
    await Promise.all(apps.map(({ registered }) => registered));
  } catch (error) {
    throw new Error(`Cannot start the server with its apps: ${String(error)}\n${lastWords()}`, {
      cause: error,
    });
  }
  return {
    origin,
    serverPid: server.pid ?? 0,
    apps,
    async stop() {
      await stop(server, "SIGTERM", 10_000);
      await Promise.all(apps.map(({ child }) => stop(child)));
    },
  };
}
