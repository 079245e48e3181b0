import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pagesDir } from "@holdfast/dashboard";
import { isOutdated } from "../../../scripts/pages/build-pages.ts";
import type { Answer, HeardRequest, Listener } from "../../kit/listener.ts";
import { startListener } from "../../kit/listener.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "./world.ts";
import { createWorld } from "./create-world.ts";

/** The policy that the pages live under. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export interface StubServer extends AsyncDisposable {
  readonly origin: string;
  readonly world: World;
  readonly heard: Listener["heard"];
}

/** Serves the pages under their policy, and answers them as the contract says, out of a small world in memory. */
export async function startStubServer(): Promise<StubServer> {
  if (isOutdated(join(import.meta.dirname, "../../..")))
    throw new Error("The pages are older than their sources: run `npm run pages` first.");
  const world = createWorld();
  const listener = await startListener(async (request) => {
    const { pathname } = new URL(request.url, "http://stub");
    if (pathname.startsWith("/holdfast/")) return answerOf(world, request, pathname);
    return file(request, pathname);
  });
  world.origin = listener.origin;
  return {
    origin: listener.origin,
    world,
    heard: listener.heard,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

async function file({ headers }: HeardRequest, pathname: string): Promise<Answer> {
  const name = pathname.startsWith("/assets/") ? pathname.slice(1) : "index.html";
  if (name === "index.html" && !(headers.accept ?? "").includes("text/html")) return { status: 404 };
  const body = await readFile(new URL(name, pagesDir), "utf8").catch(() => null);
  if (body === null) return { status: 404 };
  return {
    status: 200,
    headers: {
      "content-type": TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain",
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
    body,
  };
}

async function answerOf(world: World, request: HeardRequest, pathname: string): Promise<Answer> {
  try {
    guard(world, request);
    const body: unknown = request.body === "" ? {} : JSON.parse(request.body);
    const key = `${request.method} ${pathname.replace(/^\/holdfast\/v1/, "")}`;
    for (const [pattern, act] of world.routes) {
      const match = pattern.exec(key);
      if (match === null) continue;
      const said = await act({
        parts: match.slice(1).map((part) => decodeURIComponent(part)),
        body: body as Record<string, unknown>,
        query: new URL(request.url, "http://stub").searchParams,
      });
      if (typeof said === "string")
        return { status: 200, headers: { "content-type": "application/jsonl" }, body: said };
      return { status: 200, body: JSON.stringify({ data: said ?? {} }) };
    }
    throw new Refusal(404, "not_found", `The stub has no ${key}.`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, next, status } = error;
    return { status, body: JSON.stringify({ code, error: message, next, status }) };
  }
}

/** What the server holds every request of a page against. */
function guard(world: World, { headers, method, url }: HeardRequest): void {
  if (url.startsWith("/holdfast/v1/admin") && world.session.state !== "signed_in")
    throw new Refusal(401, "unauthenticated", "Nobody is signed in.", "Sign in.");
  if (method === "GET") return;
  if (headers["content-type"] !== "application/json") throw new Refusal(403, "csrf", "Not JSON.");
  if (headers["sec-fetch-site"] !== "same-origin") throw new Refusal(403, "csrf", "Not from here.");
  if (world.session.csrf !== undefined && headers["x-csrf"] !== world.session.csrf)
    throw new Refusal(403, "csrf", "The csrf text is not the session's.");
}
