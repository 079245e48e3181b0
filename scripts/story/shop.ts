import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import type { StoryProcess } from "./processes.ts";
import { startProcess, until } from "./processes.ts";

/** Where the processes of the story live, and the keys they share. */
export interface Place {
  readonly dataDir: string;
  readonly serverPort: number;
  readonly appPort: number;
  readonly signingKey: string;
  readonly eventKey: string;
}

export const serverUrl = (place: Place): string => `http://127.0.0.1:${place.serverPort}`;
export const appUrl = (place: Place): string => `http://127.0.0.1:${place.appPort}/api/inngest`;

/** A client of the story's server that holds both keys. */
export function clientOf(place: Place): Client {
  return createClient({ url: serverUrl(place), signingKey: place.signingKey, eventKey: place.eventKey });
}

/** Starts `holdfast start` on the place's folder and port, and waits until it answers. */
export async function startServerProcess(
  place: Pick<Place, "dataDir" | "serverPort" | "appPort">,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<StoryProcess> {
  const server = startProcess(
    "packages/cli/src/main.ts",
    [
      "start",
      "--port",
      String(place.serverPort),
      "--data-dir",
      place.dataDir,
      "--sdk-url",
      `http://127.0.0.1:${place.appPort}/api/inngest`,
      "--log-level",
      "warn",
      ...flags,
    ],
    env,
  );
  const health = createClient({ url: `http://127.0.0.1:${place.serverPort}` });
  await until("The server's start", async () => health.health(), { timeoutMs: 20_000, of: server });
  return server;
}

/** Starts the shop's app in production mode, as it would be deployed: with keys, and the server's address. */
export function startShop(place: Place, env: Readonly<Record<string, string>> = {}): StoryProcess {
  return startProcess("examples/order/src/main.ts", [], {
    PORT: String(place.appPort),
    INNGEST_DEV: "0",
    INNGEST_BASE_URL: serverUrl(place),
    INNGEST_SIGNING_KEY: place.signingKey,
    INNGEST_EVENT_KEY: place.eventKey,
    ...env,
  });
}

/** Waits until the server knows the shop's function, and returns names by function id. */
export async function registered(client: Client, app: StoryProcess): Promise<ReadonlyMap<string, string>> {
  return until(
    "The shop's registration",
    async () => {
      const functions = (await client.apps()).flatMap((known) => known.functions);
      return functions.length === 0
        ? undefined
        : new Map(
            functions.map((definition) => [definition.id as string, definition.slug.replace(/^shop-/, "")]),
          );
    },
    { timeoutMs: 30_000, of: app },
  );
}
