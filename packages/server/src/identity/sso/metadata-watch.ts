import type { Authority } from "@holdfast/protocol";
import type { Clock, Log, Timer } from "#kernel";
import { isSamlError, readIdpMetadata } from "#saml";
import type { Connection, Connections } from "./connections.ts";
import { isSaml } from "./saml-side.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const CLOCKWORK: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

/** Reads the metadata of connections again, day by day. */
export interface MetadataWatch {
  stop(): void;
}

/**
 * Looks once a day at the metadata that connections named an address of. What is new there waits as `next` until somebody activates
 * it; nothing else changes by itself. What cannot be read is in the server's log, and is looked at again the next day.
 */
export function watchMetadata({
  clock,
  connections,
  fetchMetadata,
  log,
}: {
  readonly connections: Connections;
  readonly fetchMetadata: (url: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}): MetadataWatch {
  let timer: Timer | null = null;

  async function look(connection: Connection): Promise<void> {
    const url = isSaml(connection) ? (connection.provider?.metadataUrl ?? null) : null;
    if (url === null || connection.state === "disabled") return;
    try {
      const metadata = readIdpMetadata(await fetchMetadata(url), clock.now());
      await connections.noteCertificates(CLOCKWORK, connection.id, metadata);
    } catch (error) {
      const reason = isSamlError(error) ? error.code : String(error instanceof Error ? error.message : error);
      log.warn(
        { connection: connection.id, reason },
        "the metadata of an identity provider could not be read again",
      );
    }
  }

  function wait(): void {
    timer = clock.after(DAY_MS, () => {
      void Promise.all(connections.list().map(look)).finally(wait);
    });
  }
  wait();
  return { stop: () => timer?.cancel() };
}
