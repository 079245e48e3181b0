import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs one of the repository's stories as npm would, and gives what it said and how it ended. */
async function run(
  script: string,
  options: { readonly env?: Readonly<Record<string, string>>; readonly stopAt?: RegExp } = {},
): Promise<{ readonly said: string; readonly code: number | null }> {
  const child = spawn(process.execPath, ["-C", "@holdfast/source", script], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const keep = (chunk: Buffer): void => {
    const before = options.stopAt?.test(said) ?? false;
    said += chunk.toString("utf8");
    if (!before && options.stopAt?.test(said) === true) child.kill("SIGINT");
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const [code] = (await once(child, "exit")) as [number | null];
  return { said, code };
}

it(
  "npm run demo sees a crash survived and every attack refused, and exits 0",
  { timeout: 90_000 },
  async () => {
    const { said, code } = await run("scripts/demo.ts");
    assert.equal(code, 0, said);
    assert.match(said, /All 13 were seen\./);
    assert.doesNotMatch(said, /✗|signkey-|hf_event_/);
  },
);

it(
  "npm start registers the shop, carries an order to its end, stays up, and stops when told",
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-start-"));
    try {
      const { said, code } = await run("scripts/start.ts", {
        env: { HOLDFAST_DATA_DIR: join(folder, "data"), ORDER_PAUSE: "1s" },
        stopAt: /fulfil-order.*completed/,
      });
      assert.equal(code, 0, said);
      assert.match(said, /order\/placed → fulfil-order/);
      assert.match(said, /charge-card {2}attempt 1/);
      assert.doesNotMatch(said, /signkey-|hf_event_/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
