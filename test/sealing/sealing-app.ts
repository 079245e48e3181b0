import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { SealingOptions } from "@holdfast/sealing";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import type { HoldfastFunction } from "holdfast";
import { Holdfast } from "holdfast";
import { serve } from "holdfast/node";
import { clientOf } from "../kit/run-of.ts";
import type { ServerPlace } from "../kit/test-server.ts";

/** What every app of these tests seals with. */
export const KEYS = newSealingKey().text();

export interface SealingApp extends AsyncDisposable {
  readonly client: Holdfast;
  readonly log: readonly string[];
}

/** An app with Holdfast's SDK that seals, on a real port, known to the server. */
export async function startSealingApp(
  server: ServerPlace,
  functions: (client: Holdfast) => readonly HoldfastFunction[],
  options: Partial<SealingOptions> = {},
): Promise<SealingApp> {
  const log: string[] = [];
  const write = (...words: readonly unknown[]): void =>
    void log.push(words.map((word) => inspect(word, { depth: 5 })).join(" "));
  const client = new Holdfast({
    id: "shop",
    baseUrl: server.url,
    eventKey: server.eventKey,
    signingKey: server.signingKey ?? "",
    mode: "production",
    logger: { debug: write, info: write, warn: write, error: write },
    middleware: [sealing({ keys: staticKeys(KEYS), environment: "production", ...options })],
  });
  const http = createServer(serve({ client, functions: functions(client) }));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  // It listens on a port.
  const { port } = http.address() as AddressInfo;
  await clientOf(server).syncApp(`http://127.0.0.1:${port}/api/inngest`);
  return {
    client,
    log,
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}
