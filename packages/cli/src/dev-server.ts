import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createClient } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import { SERVER_DEFAULTS } from "@holdfast/server";
import { appLines } from "./app-lines.ts";
import { devBanner } from "./banner.ts";
import type { Invocation } from "./command.ts";
import { prepareDataDir } from "./data-dir.ts";
import { freePort } from "./free-port.ts";
import { launch } from "./launch.ts";
import { serveUntilSignal } from "./lifetime.ts";
import { FunctionNames, showRuns } from "./live-runs.ts";
import { packageVersion } from "./package-version.ts";
import { loadSettings } from "./settings/load.ts";
import { isLoopback, serverSettings } from "./settings/server-settings.ts";

/** Runs a development server until a signal comes. */
export async function runDev(invocation: Invocation): Promise<number> {
  const { world, report } = invocation;
  const envFile = join(world.cwd, ".env");
  if (existsSync(envFile)) world.loadEnvFile(envFile);
  const resolution = loadSettings("dev", invocation);
  const { options, graceMs } = serverSettings("dev", resolution, SERVER_DEFAULTS, report.verbose);
  const dataDir = resolve(world.cwd, options.dataDir);
  prepareDataDir(dataDir, "dev");
  const port = await choosePort(options.host, options.port, invocation);

  // The timeline may be told of an app before it knows how to ask for names.
  const names = new FunctionNames();
  const server = await launch(
    { ...options, port, dataDir, signingKeys: [], eventKeys: [] },
    {
      onAppChange(change) {
        names.forget();
        if (report.json) report.line(JSON.stringify({ ...change, kind: `app.${change.kind}` }));
        else for (const line of appLines(change, report.style)) report.line(line);
      },
    },
  );
  const shownDir = relative(world.cwd, dataDir) || ".";
  const facts = {
    version: packageVersion(),
    url: server.url,
    dataDir: shownDir.startsWith("..") ? dataDir : shownDir,
    discovery: options.discovery,
    timeScale: options.timeScale,
  };
  if (report.json) report.result({ ...facts, mode: "dev", events_url: `${server.url}/e/dev` }, []);
  else for (const line of devBanner(facts, report.style)) report.line(line);
  if (!isLoopback(options.host)) {
    report.notice(`Everybody who reaches ${options.host}:${server.port} can read and run everything here.`);
  }

  const follow = new AbortController();
  const followed = showRuns(createClient({ url: reachable(server.url) }), names, report, follow.signal);
  const code = await serveUntilSignal(server, { world, report, graceMs, onStop: () => follow.abort() });
  await followed;
  return code;
}

/** The wanted port; the next free one when it is taken, except on a build server, where nobody would notice. */
async function choosePort(host: string, wanted: number, { world, report }: Invocation): Promise<number> {
  const port = await freePort(host, wanted);
  if (port === wanted) return port;
  const isBuildServer = !["", "0", "false"].includes(world.env["CI"] ?? "");
  if (port === null || isBuildServer) {
    throw new HoldfastError("port_taken", `Cannot listen on ${host}:${wanted}: another process does.`);
  }
  report.notice(
    `Port ${wanted} is taken, using ${port}. Apps need INNGEST_DEV=http://127.0.0.1:${port} to find this server.`,
  );
  return port;
}

/** Every address of the machine is reached by its own name from the machine itself. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
