/**
 * Nothing of a sealing app's values is seen outside of it: not on the way to the server or back, not in anything the
 * server keeps, not in its log. The same scan without sealing finds every value, so that it would find a leak.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSealingSender, newKeyPair } from "@holdfast/sealing";
import { createCanary } from "../kit/canaries.ts";
import { readMessages } from "../kit/http-messages.ts";
import type { Search } from "../kit/leaks.ts";
import { assertNothingLeaks, findLeaks } from "../kit/leaks.ts";
import { startTestServer } from "../kit/test-server.ts";
import { startWireTap } from "../kit/wire-tap.ts";
import type { ScanCanaries } from "./scan-values.ts";
import { createScanCanaries, RETURNING_VALUES, SCAN_VALUES } from "./scan-values.ts";
import type { ScanMode, ScannedApp } from "./scanned-app.ts";
import { runScan, startScannedApp } from "./scanned-app.ts";

/** The ways in which an app and a server talk about runs, and what is seen on the wire of each alone. */
const MODES: Readonly<Record<string, ScanMode & { readonly sign: RegExp }>> = {
  serve: { checkpointing: false, streaming: false, sign: /^HTTP\/1\.1 206 / },
  checkpoint: { checkpointing: true, streaming: false, sign: /^POST \/v1\/checkpoint\// },
  streaming: { checkpointing: false, streaming: true, sign: /^HTTP\/1\.1 201 / },
};

/** Where each value goes that is stored, sent on and handed back, when nothing seals it. */
const SURFACES = [
  /request from app to server/,
  /request from server to app/,
  /the table events/,
  /the file .*\.db/,
];

const searchOf = (app: ScannedApp, canaries: ScanCanaries): Search => ({
  taps: app.taps,
  directories: [app.server.dataDir],
  logs: [{ name: "the server", lines: app.server.log.lines }],
  canaries: Object.values(canaries),
});

for (const [name, mode] of Object.entries(MODES)) {
  describe(`a wire scan (${name})`, () => {
    it("sees no value of an app that seals", async () => {
      const canaries = createScanCanaries();
      await using app = await startScannedApp(mode, canaries, true);
      await runScan(app, canaries);
      await app.server.stop();

      assertNothingLeaks(searchOf(app, canaries));
      assert.deepEqual(
        RETURNING_VALUES.filter((value) => !app.seen.has(value)),
        [],
        "these did not come back to the app as they were",
      );
      const lines = app.taps.flatMap(({ streams }) =>
        streams.flatMap((stream) => readMessages(stream.bytes()).map(({ line }) => line)),
      );
      assert.ok(
        lines.some((line) => mode.sign.test(line)),
        "the app talks to the server in this way",
      );
    });

    it("sees every value of an app that does not", async () => {
      const canaries = createScanCanaries();
      await using app = await startScannedApp(mode, canaries, false);
      await runScan(app, canaries);
      await app.server.stop();

      const leaks = findLeaks(searchOf(app, canaries));
      const found = new Set(leaks.map(({ canary }) => canary.label));
      assert.deepEqual(
        SCAN_VALUES.filter((value) => !found.has(value)),
        [],
      );
      const sentences = leaks
        .filter(({ canary }) => canary === canaries["event field"])
        .map(({ sentence }) => sentence);
      for (const surface of SURFACES) {
        assert.ok(
          sentences.some((sentence) => surface.test(sentence)),
          `${surface} is searched: ${sentences.join("; ")}`,
        );
      }
    });
  });
}

it("a wire scan sees nothing of an event that was sealed with a public key", async () => {
  const canary = createCanary("event field");
  await using server = await startTestServer();
  await using tap = await startWireTap("sender to server", () => server.port);
  const sender = createSealingSender({ publicKey: (await newKeyPair()).publicText(), environment: "scan" });
  const event = { name: "scan/started", id: "one" };
  const send = async (data: object): Promise<void> => {
    const body = JSON.stringify({ ...event, data });
    const { status } = await fetch(`${tap.origin}/e/${server.eventKey}`, { method: "POST", body });
    assert.equal(status, 200);
  };
  const search: Search = { taps: [tap], directories: [server.dataDir], logs: [], canaries: [canary] };
  await send(await sender.seal({ ...event, data: { note: canary.text } }));
  assertNothingLeaks(search);
  await send({ note: canary.text });
  assert.notEqual(findLeaks(search).length, 0);
});
