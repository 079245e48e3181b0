import { readFileSync } from "node:fs";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { AppWorld } from "../app.ts";
import { createApp } from "../app.ts";

/** What the pages may do: run their own script, ask this server, and nothing else (CSP level 3, Trusted Types). */
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

const HEADERS = {
  "content-security-policy": POLICY,
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
} as const;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** The paths that are pages. Each is the same file, which asks the API for what it shows. */
const PAGES = [
  "/",
  "/sign-in",
  "/set-up",
  "/join",
  "/reset",
  "/account",
  "/people",
  "/people/:id",
  "/roles",
  "/sso",
  "/sso/:id",
  "/sso-test",
  "/service-accounts",
  "/keys",
  "/audit",
] as const;

const PAGE_PATTERN = new RegExp(
  `^(?:${PAGES.map((path) => path.replaceAll(/:\w+/g, "[\\w.-]{1,80}")).join("|")}|/assets/[\\w.-]{1,80})(?:\\?|$)`,
);

/** Whether a request is for a page or a file of one. Pure. */
export function isForPages(method: string, target: string): boolean {
  return (method === "GET" || method === "HEAD") && PAGE_PATTERN.test(target);
}

/** Where the files of the pages are, and the JSON list of those that there are. */
export interface PageFiles {
  readonly dir: URL;
  readonly list: URL;
}

/**
 * Hands out the pages. Their files are read once, at the start; nothing of a request names a file on disk. `onRoute` is told of
 * every route.
 *
 * @throws HoldfastError `config_invalid` when they were not made
 */
export function createPagesApi(
  world: AppWorld,
  { dir, list }: PageFiles,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const app = createApp(world);
  app.addHook("onRoute", (route) => onRoute(`${String(route.method)} ${route.url} open`));
  const files = readFiles(dir, list);
  const index = files.get("index.html");
  if (index === undefined) throw notMade();

  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(HEADERS);
    done();
  });
  const open = { config: { access: "open" } } as const;
  const send = (reply: FastifyReply, name: string, body: Buffer): FastifyReply =>
    reply
      .header("content-type", TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream")
      .send(body);

  for (const path of PAGES) app.get(path, open, (_request, reply) => send(reply, "index.html", index));
  app.get("/assets/:name", open, (request, reply) => {
    const { name } = request.params as { readonly name: string };
    const body = files.get(`assets/${name}`);
    if (body === undefined) return reply.callNotFound();
    // Its name says what is in it.
    void reply.header("cache-control", "public, max-age=31536000, immutable");
    return send(reply, name, body);
  });
  return app;
}

function readFiles(dir: URL, list: URL): ReadonlyMap<string, Buffer> {
  try {
    // Made by our own build.
    const names = JSON.parse(readFileSync(list, "utf8")) as readonly string[];
    return new Map(names.map((name) => [name, readFileSync(new URL(name, dir))]));
  } catch (cause) {
    throw notMade(cause);
  }
}

function notMade(cause?: unknown): HoldfastError {
  return new HoldfastError("config_invalid", "The pages' files are not where they should be.", {
    next: "Build them with npm run pages, or install the package again.",
    ...(cause === undefined ? {} : { cause }),
  });
}
