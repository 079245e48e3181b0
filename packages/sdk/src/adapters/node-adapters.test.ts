import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { TestContext } from "node:test";
import express from "express";
import type { FastifyInstance } from "fastify";
import fastify from "fastify";
import Koa from "koa";
import { testAdapter } from "./contract/adapter-suite.ts";
import type { AdapterHarness } from "./contract/exchange.ts";
import { ALL_METHODS } from "./contract/exchange.ts";
import { overSocket } from "./contract/node-server.ts";
import { serve as serveExpress } from "./express.ts";
import { plugin as fastifyPlugin, serve as serveFastify } from "./fastify.ts";
import { serve as serveH3 } from "./h3.ts";
import { serve as serveKoa } from "./koa.ts";
import { servePages } from "./next.ts";
import { serve as serveNode } from "./node.ts";

const require = createRequire(import.meta.url);
// It has no types of its own.
const bodyParser: (options: object) => Koa.Middleware = require("koa-bodyparser");

/** More than the SDK reads, so that the limit under test is the SDK's. */
const PARSED_BYTES_MAX = 64 * 1024 * 1024;

function onSocket(
  name: string,
  framework: string,
  serve: AdapterHarness["serve"],
  isOnSocket = true,
): AdapterHarness {
  return { name, framework, methods: ALL_METHODS, streams: true, isOnSocket, serve };
}

async function fastifyWith(
  t: TestContext,
  register: (app: FastifyInstance) => unknown,
): ReturnType<AdapterHarness["serve"]> {
  const app = fastify({ bodyLimit: PARSED_BYTES_MAX });
  await register(app);
  await app.ready();
  t.after(() => app.close());
  return overSocket(t, (request, response) => app.routing(request, response));
}

function listenerOf(app: Koa): RequestListener {
  const respond = app.callback();
  return (request, response) => void respond(request, response);
}

testAdapter(onSocket("node", "nodejs", (t, options) => overSocket(t, serveNode(options))));
testAdapter(
  onSocket("express", "express", (t, options) => {
    const app = express();
    app.use(serveExpress(options));
    return overSocket(t, app);
  }),
);
testAdapter(
  onSocket("express at a path of its own", "express", (t, options) => {
    const app = express();
    app.use("/api", serveExpress(options));
    app.use(serveExpress(options));
    return overSocket(t, app);
  }),
);
testAdapter(
  onSocket(
    "express after express.json()",
    "express",
    (t, options) => {
      const app = express();
      app.use(express.json({ limit: PARSED_BYTES_MAX, strict: false }));
      app.use(serveExpress(options));
      return overSocket(t, app);
    },
    false,
  ),
);
testAdapter(
  onSocket("koa", "koa", (t, options) => {
    const app = new Koa();
    app.use(serveKoa(options));
    return overSocket(t, listenerOf(app));
  }),
);
testAdapter(
  onSocket(
    "koa after a body parser",
    "koa",
    (t, options) => {
      const app = new Koa();
      app.use(bodyParser({ jsonLimit: "64mb", strict: false }));
      app.use(serveKoa(options));
      return overSocket(t, listenerOf(app));
    },
    false,
  ),
);
testAdapter(
  onSocket("fastify, as a plugin", "fastify", (t, options) =>
    fastifyWith(t, (app) => app.register(fastifyPlugin, { ...options, path: "/*" })),
  ),
);
testAdapter(
  onSocket(
    "fastify, as a handler",
    "fastify",
    (t, options) => fastifyWith(t, (app) => app.all("/*", serveFastify(options))),
    false,
  ),
);
testAdapter(
  onSocket("next, pages router", "nextjs", (t, options) => {
    const respond = servePages(options);
    return overSocket(t, (request, response) => void respond(request, response));
  }),
);
testAdapter(
  onSocket("h3 version 1", "h3", (t, options) => {
    const respond = serveH3(options);
    return overSocket(t, (request, response) => void respond({ node: { req: request, res: response } }));
  }),
);
