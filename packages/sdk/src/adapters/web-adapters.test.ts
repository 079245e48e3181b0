import { H3 } from "h3";
import { Hono } from "hono";
import { serve as serveAstro } from "./astro.ts";
import { serve as serveCloudflare } from "./cloudflare.ts";
import { testAdapter } from "./contract/adapter-suite.ts";
import type { AdapterHarness, WireRequest } from "./contract/exchange.ts";
import { ALL_METHODS, webAnswer, webRequest } from "./contract/exchange.ts";
import { serve as serveFetch } from "./fetch.ts";
import { serve as serveH3 } from "./h3.ts";
import { serve as serveHono } from "./hono.ts";
import type { MethodRoutes } from "./method-routes.ts";
import { serve as serveNext } from "./next.ts";
import type { AdapterOptions } from "./options.ts";
import { serve as serveRemix } from "./remix.ts";
import { serve as serveSveltekit } from "./sveltekit.ts";

/** An adapter that is given web requests, as its framework gives them. */
function onWeb(
  name: string,
  framework: string,
  create: (options: AdapterOptions) => (request: Request) => Response | Promise<Response>,
  methods: readonly string[] = ALL_METHODS,
): AdapterHarness {
  return {
    name,
    framework,
    methods,
    streams: true,
    isOnSocket: false,
    async serve(_t, options) {
      const respond = create(options);
      return async (request: WireRequest) => webAnswer(await respond(webRequest(request)), request.method);
    },
  };
}

const ROUTE_METHODS = ["GET", "POST", "PUT"] as const;

function byMethod<Event>(routes: MethodRoutes<Event>, event: (request: Request) => Event) {
  return (request: Request): Promise<Response> => {
    const method = ROUTE_METHODS.find((each) => each === request.method);
    if (method === undefined) throw new Error(`The framework answers ${request.method} by itself.`);
    return routes[method](event(request));
  };
}

testAdapter(onWeb("fetch", "fetch", serveFetch));
testAdapter(
  onWeb("hono", "hono", (options) => {
    const app = new Hono();
    app.all("/*", serveHono(options));
    return (request) => app.fetch(request);
  }),
);
testAdapter(
  onWeb("hono after a middleware that read the body", "hono", (options) => {
    const app = new Hono();
    app.use(async (context, next) => {
      await context.req.text();
      await next();
    });
    app.all("/*", serveHono(options));
    return (request) => app.fetch(request);
  }),
);
testAdapter(
  onWeb("h3 version 2", "h3", (options) => {
    const app = new H3();
    app.all("/**", serveH3(options));
    return (request) => app.fetch(request);
  }),
);
testAdapter(
  onWeb(
    "next, app router",
    "nextjs",
    (options) => byMethod(serveNext(options), (request) => request),
    ROUTE_METHODS,
  ),
);
testAdapter(
  onWeb(
    "sveltekit",
    "sveltekit",
    (options) => byMethod(serveSveltekit(options), (request) => ({ request })),
    ROUTE_METHODS,
  ),
);
testAdapter(
  onWeb(
    "astro",
    "astro",
    (options) => byMethod(serveAstro(options), (request) => ({ request })),
    ROUTE_METHODS,
  ),
);
testAdapter(
  onWeb("remix", "remix", (options) => {
    const { action, loader } = serveRemix(options);
    return (request) =>
      (request.method === "GET" || request.method === "HEAD" ? loader : action)({ request });
  }),
);
testAdapter(
  onWeb("cloudflare workers", "cloudflare", (options) => {
    const env = { KEY: "of each request" };
    const respond = serveCloudflare<typeof env>(() => options);
    return (request) => respond(request, env);
  }),
);
testAdapter(
  onWeb("cloudflare pages", "cloudflare", (options) => {
    const respond = serveCloudflare(options);
    return (request) => respond({ request, env: {} });
  }),
);
