/**
 * What sealing costs: the bare ciphers beside the whole of it, in one run on one machine.
 *
 *     node -C @holdfast/source bench/sealing.ts               # in Node
 *     node -C @holdfast/source bench/sealing.ts --elsewhere   # also in a browser (Debian's chromium) and at the edge
 *
 * `ciphers/candidates.ts` and `ciphers/measure.ts` use nothing of Node's, so that a page and a worker measure the same.
 * There the packages are those that apps install, built and bundled.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installBuilt } from "./ciphers/built-program.ts";
import { candidatesFor, SIZES } from "./ciphers/candidates.ts";
import { figuresText } from "./ciphers/figures.ts";
import { measureAtEdge } from "./ciphers/measure-at-edge.ts";
import { measureInBrowser } from "./ciphers/measure-in-browser.ts";
import { measureTurns } from "./ciphers/measure.ts";
import { nativeCiphers } from "./ciphers/native.ts";

const sizes = new Map<number, readonly (readonly [string, number])[]>();
for (const size of [...SIZES, 256 * 1024]) {
  sizes.set(size, [...(await measureTurns(await candidatesFor(size, nativeCiphers())))]);
}
console.log(figuresText({ place: `Node ${process.version}, ${process.arch}`, sizes }));
if (process.argv.includes("--elsewhere")) await measureElsewhere();

async function measureElsewhere(): Promise<void> {
  const workFolder = mkdtempSync(join(tmpdir(), "holdfast-ciphers-"));
  try {
    const folder = await installBuilt(workFolder);
    const inBrowser = await measureInBrowser(folder);
    console.log(`\n${inBrowser === null ? "There is no Chromium: set CHROMIUM." : figuresText(inBrowser)}`);
    console.log(`\n${figuresText(await measureAtEdge(folder))}`);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
