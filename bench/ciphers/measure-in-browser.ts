import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { spawn, stop } from "../processes/child.ts";
import { builtProgram } from "./built-program.ts";
import type { Figures } from "./figures.ts";

/** Where Debian's package `chromium` puts it; `CHROMIUM` names another one. */
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** Nothing of the person at the keyboard, no window, and nobody to talk to but us. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 180_000;

/** Measures in a page of Chromium, or answers null where there is none. */
export async function measureInBrowser(folder: string): Promise<Figures | null> {
  if (!existsSync(CHROMIUM)) return null;
  const program = readFileSync(await builtProgram("in-page", folder), "utf8");
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Figures, "place" | "sizes">>();
  const server = createServer((request, response) => {
    if (request.method !== "POST") return answer(response, request.url ?? "/", program);
    const place = /\bChrome\/[\d.]+/.exec(request.headers["user-agent"] ?? "")?.[0] ?? "Chromium";
    text(request)
      // What our own page sends.
      .then((body) => resolve({ place, sizes: new Map(JSON.parse(body) as [number, [string, number][]][]) }))
      .catch(reject);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  const profile = `--user-data-dir=${join(folder, "chromium")}`;
  const { child, lastWords } = spawn(
    "Chromium",
    CHROMIUM,
    [...FLAGS, profile, `http://127.0.0.1:${port}/`],
    {},
  );
  const fail = (why: string): void => reject(new Error(`Chromium ${why}.\n${lastWords()}`));
  child.once("exit", (code) => fail(`ended with ${code}`));
  const timer = setTimeout(() => fail(`measured nothing within ${PATIENCE_MS} ms`), PATIENCE_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await stop(child);
    server.closeAllConnections();
    server.close();
  }
}

function answer(response: ServerResponse, url: string, program: string): void {
  const isProgram = url === "/program.js";
  // A page that shares its process with nobody has the finer clock.
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-embedder-policy", "require-corp");
  response.setHeader("content-type", isProgram ? "text/javascript" : "text/html");
  response.end(isProgram ? program : `<!doctype html><script type="module" src="/program.js"></script>`);
}
