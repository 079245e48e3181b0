/**
 * `npm run runtimes`: builds what apps install, installs it into an empty folder, and runs one app with it on every runtime
 * that we name in docs/reference/runtimes.md, against a real production server that takes nothing unsigned. Needs the network
 * once, to install the other runtimes. Exits with 1 if something is not as it should be.
 *
 *     npm run runtimes               # all of them
 *     npm run runtimes -- bun deno   # some
 */
import "./require-node.js";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@holdfast/client";
import { newSealingKey } from "@holdfast/sealing";
import { findNodes } from "./packing/entries.ts";
import { installPacked } from "./packing/install-packed.ts";
import { packHouse } from "./packing/packed-house.ts";
import { eavesdrop } from "./runtimes/eavesdropper.ts";
import { installEngines } from "./runtimes/engines.ts";
import { filesWith } from "./runtimes/files-with.ts";
import type { Runtime } from "./runtimes/runtimes.ts";
import { allRuntimes } from "./runtimes/runtimes.ts";
import { appId, orderEvent } from "./runtimes/shop.ts";
import { startApp } from "./runtimes/start-app.ts";
import { tryApp } from "./runtimes/story.ts";
import { freePort, startProcess, until } from "./story/processes.ts";

const ROOT = join(import.meta.dirname, "..");

const wanted = new Set(process.argv.slice(2));
const runtimes = allRuntimes(findNodes(process.env["PATH"] ?? ""), installEngines());
const chosen = runtimes.filter(({ id }) => wanted.size === 0 || wanted.has(id));
const unknown = [...wanted].filter((name) => runtimes.every(({ id }) => id !== name));
if (unknown.length > 0) {
  console.error(`No runtime is called ${unknown.join(", ")}: ${runtimes.map(({ id }) => id).join(", ")}.`);
  process.exit(2);
}

const workFolder = mkdtempSync(join(tmpdir(), "holdfast-runtimes-"));
const dataDir = join(workFolder, "data");
const serverPort = await freePort(0);
const serverUrl = `http://127.0.0.1:${serverPort}`;
const signingKey = `signkey-prod-${randomBytes(32).toString("hex")}`;
const eventKey = `hf_event_${randomBytes(24).toString("hex")}`;
const sealingKey = newSealingKey().text();
const secret = `secret-${randomBytes(8).toString("hex")}`;
// Keys go to the processes by environment: an argument could be read by anyone who lists processes.
const keys = { HOLDFAST_SIGNING_KEY: signingKey, HOLDFAST_EVENT_KEY: eventKey };
const client = createClient({ url: serverUrl, signingKey, eventKey });

const installed = join(workFolder, "app");
mkdirSync(installed);
const { sealing, sealingNeeds } = await packHouse(ROOT, workFolder);
installPacked(
  [sealing, ...sealingNeeds].map(({ tarball }) => tarball),
  installed,
);

const serverWords = ["start", "--port", String(serverPort), "--data-dir", dataDir, "--log-level", "warn"];
const server = startProcess(
  "packages/cli/src/main.ts",
  [...serverWords, "--require-signatures", "v2", "--retry-interval", "1"],
  keys,
);
try {
  await until("The server's start", async () => client.health(), { timeoutMs: 30_000, of: server });
  const [serverKey = ""] = await client.publicKeys();
  const variables = {
    ...keys,
    HOLDFAST_BASE_URL: serverUrl,
    HOLDFAST_SEALING_KEYS: sealingKey,
    HOLDFAST_SERVER_KEYS: serverKey,
  };
  for (const runtime of chosen) await tryRuntime(runtime, variables);
  // Names of events are in clear: where they are not found, a secret would not be found either.
  const named = filesWith(dataDir, orderEvent(appId(chosen[0]?.id ?? "", "shared")));
  const leaks = filesWith(dataDir, secret);
  if (named.length === 0) console.error("✖ the server's files cannot be searched");
  else if (leaks.length > 0) console.error(`✖ the secret stands in ${leaks.join(", ")}`);
  else console.log("✔ the server's files do not hold the secret");
  if (named.length === 0 || leaks.length > 0) process.exitCode = 1;
} finally {
  server.signal("SIGTERM");
  await server.gone;
  rmSync(workFolder, { recursive: true, force: true });
}

async function tryRuntime(runtime: Runtime, variables: Readonly<Record<string, string>>): Promise<void> {
  console.log(`${runtime.name}, ${runtime.adapter}`);
  const { app, origin } = await startApp(runtime, installed, variables);
  try {
    for (const trust of ["shared", "public"] as const) {
      await using eavesdropper = await eavesdrop(origin);
      const stage = { client, origin, eavesdropper, runtime: runtime.id, app, sealingKey, secret };
      for (const { claim, fault } of await tryApp(stage, trust)) {
        console.log(
          `  ${fault === null ? "✔" : "✖"} ${trust} key: ${claim}${fault === null ? "" : `: ${fault}`}`,
        );
        if (fault === null) continue;
        process.exitCode = 1;
        console.error(app.said());
      }
    }
  } finally {
    app.signal("SIGTERM");
    await app.gone;
  }
}
