import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { buildPackage } from "../../scripts/packing/build-package.ts";
import { findNodes } from "../../scripts/packing/entries.ts";
import { inspectPackage } from "../../scripts/packing/inspect-package.ts";
import { packHouse } from "../../scripts/packing/packed-house.ts";
import { clientOf } from "../kit/run-of.ts";
import { startTestServer } from "../kit/test-server.ts";
import { startPackedApp } from "./packed-app.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What an app pays for the SDK, at most. */
const SDK_BYTES_MAX = 300_000;

const workFolder = mkdtempSync(join(tmpdir(), "holdfast-packing-"));
after(() => rmSync(workFolder, { recursive: true, force: true }));

const nodes = findNodes(process.env["PATH"] ?? "");
const house = await packHouse(ROOT, workFolder);

it("an install of holdfast adds one package of less than 300 kB, every entry of which imports as it is", async () => {
  const { packages, installedBytes, entries, problems } = await inspectPackage(
    house.sdk,
    [],
    nodes,
    workFolder,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(packages, ["holdfast"]);
  assert.ok(installedBytes < SDK_BYTES_MAX, `${installedBytes} bytes are installed`);

  for (const { specifier, outside } of entries) {
    const strange = outside.filter((module) => !module.startsWith("node:"));
    assert.deepEqual(strange, [], `${specifier} loads what it does not bring`);
  }
  // These run where there is no Node.
  for (const portable of ["holdfast", "holdfast/fetch"]) {
    const entry = entries.find(({ specifier }) => specifier === portable);
    assert.deepEqual(entry?.outside, [], `${portable} loads modules of Node`);
  }
});

it("an install of @holdfast/sealing brings the SDK, the protocol and the cryptography, and imports as it is", async () => {
  const { packages, problems } = await inspectPackage(house.sealing, house.sealingNeeds, nodes, workFolder);
  assert.deepEqual(problems, []);
  assert.deepEqual(packages.toSorted(), [
    "@holdfast/protocol",
    "@holdfast/sealing",
    "@noble/ciphers",
    "@noble/hashes",
    "holdfast",
    "hpke",
  ]);
});

for (const node of nodes) {
  it(`an app of the packed packages runs on Node ${node.version}, sealing`, async () => {
    await using server = await startTestServer();
    await using app = await startPackedApp([house.sealing, ...house.sealingNeeds], node, server, workFolder);
    await clientOf(server).syncApp(`http://127.0.0.1:${app.port}/api/holdfast`);
    app.send("world");
    await app.prints(/^said hello world, (StepError|NonRetriableError): as agreed$/m);
  });
}

it("the holdfast command runs from what was built", async () => {
  for (const name of ["client", "dashboard", "server", "cli"]) await buildPackage(house.root, name);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(house.root, "packages/cli/bin/holdfast.js"), "version"],
    { cwd: workFolder, env: {}, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\d+\.\d+\.\d+/);
});
