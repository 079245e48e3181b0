import { HoldfastError } from "@holdfast/protocol";
import type { Holdfast } from "../client/client.ts";
import type { ClientState } from "../client/contract.ts";
import { stateOf } from "../client/state.ts";
import { execute } from "../execution/execute.ts";
import type { FunctionRecord, HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";
import type { Handler, ServeOptions } from "./contract.ts";
import { parseUrl } from "./parse-url.ts";
import { platformName } from "./platform-name.ts";
import { createRequestHandler } from "./request-handler.ts";
import { steadyLogger } from "./steady-logger.ts";

/**
 * The handler of an app's requests, for an adapter to feed. `framework` is the adapter's name on the wire.
 *
 * @throws HoldfastError `config_invalid` when the options cannot be served: no client, a function of another app, two of
 * one id, a production client that could verify nothing.
 */
export function createHandler(options: ServeOptions<Holdfast, HoldfastFunction>, framework: string): Handler {
  const client = stateOf(options.client);
  if (client.mode === "production" && client.verifier === null) {
    throw unusable(`app "${client.app}" is in production and has no key to verify requests with`);
  }
  return createRequestHandler({
    client,
    logger: steadyLogger(client.logger),
    records: recordsBySlug(client, options.functions),
    framework,
    platform: platformName(client.world.variables),
    serveOrigin: options.serveOrigin === undefined ? client.serveOrigin : readOrigin(options.serveOrigin),
    servePath: options.servePath === undefined ? client.servePath : readPath(options.servePath),
    isStreaming: options.streaming ?? client.streaming,
    execute,
  });
}

function recordsBySlug(
  client: ClientState,
  functions: readonly HoldfastFunction[],
): ReadonlyMap<string, FunctionRecord> {
  const records = new Map<string, FunctionRecord>();
  for (const record of functions.flatMap((fn) => recordsOf(fn))) {
    if (record.app !== client.app) {
      throw unusable(`function "${record.id}" belongs to app "${record.app}", not to "${client.app}"`);
    }
    if (records.has(record.slug)) throw unusable(`two functions have the id "${record.id}"`);
    records.set(record.slug, record);
  }
  return records;
}

function readOrigin(text: string): string {
  const url = parseUrl(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw unusable("serveOrigin is not a scheme and a host, such as https://shop.example");
}

function readPath(text: string): string {
  if (/^\/[^?#\s]*$/.test(text)) return text;
  throw unusable("servePath is not a path that begins with a slash, such as /api/inngest");
}

function unusable(reason: string): HoldfastError {
  return new HoldfastError("config_invalid", `Cannot serve the functions: ${reason}.`);
}
