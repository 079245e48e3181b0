/**
 * `npm run pages`: makes the files of the pages, `packages/dashboard/dist/`, when a source is newer than they are. With
 * `--again` it makes them whatever is there. Runs before `npm start` and `npm test`, and as part of `npm run build`.
 */
import "./require-node.js";
import { join } from "node:path";
import { buildPages, isOutdated } from "./pages/build-pages.ts";

const ROOT = join(import.meta.dirname, "..");

if (process.argv.includes("--again") || isOutdated(ROOT)) {
  const { files, gzipBytes } = await buildPages(ROOT);
  console.log(`pages: ${files.length} files, ${(gzipBytes / 1000).toFixed(0)} kB compressed`);
}
