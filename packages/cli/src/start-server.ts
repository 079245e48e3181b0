import { join, resolve } from "node:path";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import { SERVER_DEFAULTS } from "@holdfast/server";
import type { StartFacts } from "./banner.ts";
import { startBanner } from "./banner.ts";
import type { Invocation } from "./command.ts";
import { prepareDataDir } from "./data-dir.ts";
import type { KeySet } from "./keys/key-file.ts";
import { openKeyFile } from "./keys/key-file.ts";
import { masterKeys } from "./keys/master-keys.ts";
import { serverKeys } from "./keys/server-keys.ts";
import { launch } from "./launch.ts";
import { serveUntilSignal } from "./lifetime.ts";
import { packageVersion } from "./package-version.ts";
import { loadSettings } from "./settings/load.ts";
import { serverSettings } from "./settings/server-settings.ts";

/** Runs a production server until a signal comes. */
export async function runStart(invocation: Invocation): Promise<number> {
  const { world, report } = invocation;
  const resolution = loadSettings("start", invocation);
  const { options, graceMs } = serverSettings("start", resolution, SERVER_DEFAULTS, report.verbose);
  const dataDir = resolve(world.cwd, options.dataDir);
  prepareDataDir(dataDir, "start");
  const keys = serverKeys(resolution, { cwd: world.cwd, dataDir, notice: (text) => report.notice(text) });
  const masters = masterKeys(resolution, process.env, world.cwd);
  const operator = openKeyFile(dataDir, "operator-token");
  const server = await launch({
    ...options,
    dataDir,
    signingKeys: keys.signing.keys,
    eventKeys: keys.event.keys,
    operatorTokens: operator.keys,
    pages: { dir: pagesDir, list: pagesList },
    ...(masters === undefined ? {} : { masterKeys: masters }),
  });
  const facts: StartFacts = {
    version: packageVersion(),
    mode: "production",
    url: server.url,
    public_url: options.publicUrl,
    store: "embedded",
    data_dir: dataDir,
    signing_keys: shown(keys.signing),
    event_keys: shown(keys.event),
    operator_token: shown(operator),
    master_key: masters === undefined ? join(dataDir, "keys", "master-key") : "set apart from the data",
    sdk_urls: options.sdkUrls,
  };
  if (world.stdout.isTTY === true && !report.json)
    for (const line of startBanner(facts, report.style)) report.line(line);
  else
    world.stdout.write(
      `${JSON.stringify({ ts: new Date().toISOString(), level: "info", msg: "holdfast started", ...facts })}\n`,
    );
  const setUpLink = await server.setUpLink();
  if (setUpLink !== null) showSetUpLink(setUpLink, invocation);
  return serveUntilSignal(server, { world, report, graceMs });
}

/** Shown once, to whoever can read what the server prints: there is no other way to become the first owner. */
function showSetUpLink(link: string, { report, world }: Invocation): void {
  if (world.stdout.isTTY === true && !report.json) {
    report.line(`  First owner   ${link}`);
    report.line(report.style.dim("                within 15 minutes; another: holdfast people set-up"));
    report.line("");
    return;
  }
  const line = {
    ts: new Date().toISOString(),
    level: "info",
    msg: "open this link to become the first owner",
    link,
  };
  world.stdout.write(`${JSON.stringify(line)}\n`);
}

function shown({ keys, origin, isNew }: KeySet): StartFacts["signing_keys"] {
  return { origin, count: keys.length, made_now: isNew };
}
