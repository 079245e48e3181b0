import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { newSealingKey } from "@holdfast/sealing";
import type { StoryProcess } from "../../scripts/story/processes.ts";
import { freePort, startProcess, until } from "../../scripts/story/processes.ts";
import type { Place } from "../../scripts/story/shop.ts";
import { clientOf, serverUrl, startServerProcess } from "../../scripts/story/shop.ts";

/** Everything on the server's disk. */
async function onDisk(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((path) => readFile(path, "latin1")))).join("\n");
}

it(
  "the clinic's referral is carried to its end by a server that takes sealed payloads only, and can read none",
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-clinic-"));
    const place: Place = {
      dataDir: join(folder, "data"),
      serverPort: await freePort(0),
      appPort: await freePort(0),
      signingKey: `signkey-prod-${randomBytes(32).toString("hex")}`,
      eventKey: `hf_event_${randomBytes(24).toString("hex")}`,
    };
    const env = {
      PORT: String(place.appPort),
      HOLDFAST_DEV: "0",
      HOLDFAST_BASE_URL: serverUrl(place),
      HOLDFAST_SIGNING_KEY: place.signingKey,
      HOLDFAST_EVENT_KEY: place.eventKey,
      HOLDFAST_SEALING_KEYS: newSealingKey().text(),
    };
    const clinic = (...argv: readonly string[]): StoryProcess =>
      startProcess("examples/clinic/src/ask-referral.ts", argv, env);
    const server = await startServerProcess(
      place,
      { HOLDFAST_SIGNING_KEY: place.signingKey, HOLDFAST_EVENT_KEY: place.eventKey },
      ["--payloads", "sealed", "--payload-clear-fields", "ward"],
    );
    const app = startProcess("examples/clinic/src/main.ts", [], env);
    try {
      const client = clientOf(place);
      await until("The clinic's registration", async () => (await client.apps())[0], {
        timeoutMs: 30_000,
        of: app,
      });
      await clinic("asked", "west", "Ada Quill", "arrhythmia").gone;
      const waiting = await until(
        "The referral waits for a doctor",
        async () => (await client.runs({ limit: 1 })).entries.find(({ status }) => status === "RUNNING"),
        { timeoutMs: 30_000, of: app },
      );
      await until(
        "The wait",
        async () => ((await client.trace(waiting.id)).children?.length ?? 0) >= 3 || undefined,
        {
          timeoutMs: 30_000,
          of: app,
        },
      );
      await clinic("answered", "west", "Ada Quill", "Dr Moss").gone;
      await until(
        "The referral's end",
        async () => (await client.runs({ limit: 1 })).entries.find(({ status }) => status === "COMPLETED"),
        { timeoutMs: 30_000, of: app },
      );
    } finally {
      server.signal("SIGTERM");
      app.signal("SIGTERM");
      await Promise.all([server.gone, app.gone]);
    }
    const bytes = await onDisk(place.dataDir);
    await rm(folder, { recursive: true, force: true });
    assert.ok(bytes.includes('"ward":"west"'), "what is in clear is found, so the search can fail");
    for (const word of ["Ada", "Quill", "arrhythmia", "Moss", "colleague"])
      assert.ok(!bytes.includes(word), word);
  },
);
