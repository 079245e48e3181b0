/**
 * What an entry of the audit log costs: the same act on the same store, with its entry and without, in turns.
 *
 *     node -C @holdfast/source bench/audit.ts [--rounds 15] [--window-ms 400] [--folder DIR]
 *
 * The act is pausing and resuming a function, each made durable by the embedded store on its own thread. `alone`: the next act
 * begins when the last one is on disk. `crowd`: 64 at once, which share commits. With its entry an act is drafted (canonical
 * JSON, salts, commitments), placed, hashed into the chain and stored in the same commit.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPausing } from "./audit/pausing.ts";
import { measurePairs } from "./audit/pairs.ts";
import { median } from "./report/statistics.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    "window-ms": { type: "string", default: "400" },
    folder: { type: "string", default: tmpdir() },
  },
});

const folder = mkdtempSync(join(values.folder, "holdfast-bench-audit-"));
try {
  const pausing = await openPausing(folder);
  console.log("in flight   without (µs)   with (µs)   entry (µs)   ratio   of it drafting (µs)");
  for (const [name, inFlight] of [
    ["alone", 1],
    ["crowd", 64],
  ] as const) {
    const pairs = await measurePairs(pausing, {
      inFlight,
      roundCount: Number(values.rounds),
      windowMs: Number(values["window-ms"]),
    });
    const without = median(pairs.map((pair) => pair.withoutMicros));
    const audited = median(pairs.map((pair) => pair.withMicros));
    // Within a round, before the median: a disk that was slow was slow for both.
    const ratio = median(pairs.map((pair) => pair.withMicros / pair.withoutMicros));
    const entry = median(pairs.map((pair) => pair.withMicros - pair.withoutMicros));
    const drafting = median(pairs.map((pair) => pair.draftMicros));
    const cells = [without, audited, entry].map((micros) => micros.toFixed(1));
    console.log(
      [
        `${name} (${inFlight})`.padEnd(11),
        cells[0]?.padStart(12),
        cells[1]?.padStart(11),
        cells[2]?.padStart(12),
        ratio.toFixed(3).padStart(7),
        drafting.toFixed(1).padStart(21),
      ].join(" "),
    );
  }
  const { entryCount, ok } = await pausing.verify();
  console.log(`\nThe log ${ok ? "holds" : "DOES NOT HOLD"}: ${entryCount} entries.`);
  await pausing.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
