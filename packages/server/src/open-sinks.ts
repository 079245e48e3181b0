import { hostname } from "node:os";
import type { Digest } from "@holdfast/protocol";
import type { AuditSinks } from "#audit";
import { createTransport, openAuditSinks } from "#audit";
import type { EgressPolicyAdministration } from "#egress";
import { createEgress, createStreams } from "#egress";
import type { Clock, Log, Random } from "#kernel";
import type { OpenStore } from "./open-store.ts";
import type { ServerOptions } from "./options.ts";

/** What the sinks of an installation need. */
export interface SinksWorld {
  readonly options: ServerOptions;
  readonly own: OpenStore;
  /** The policy that they go by: that of the main environment. */
  readonly policy: EgressPolicyAdministration;
  readonly logs: () => Promise<readonly Pick<OpenStore["audit"], "reader">[]>;
  readonly ownPort: () => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
  readonly version: string;
}

/** The sinks of an installation, with the network they use. */
export interface OpenSinks {
  readonly sinks: AuditSinks;
  /** The policy has changed. */
  reconsider(): void;
  close(): Promise<void>;
}

/** Opens the sinks. No request of theirs is redirected: who answers for a log is whom the operator named. */
export async function openSinks(world: SinksWorld): Promise<OpenSinks> {
  const { clock, digest, log, logs, options, own, policy } = world;
  const network = {
    clock,
    ...(options.egressAuthorities === undefined ? {} : { authorities: options.egressAuthorities }),
    guard: {
      rules: () => policy.rules(),
      ownPorts: () => new Set([world.ownPort()]),
      // The sink says that it fails, and why. An entry for each attempt would be one more that cannot be delivered.
      onRefused: () => undefined,
    },
  };
  const egress = createEgress({ ...network, allowRedirects: false });
  const transports = {
    dataDir: options.dataDir,
    egress,
    streams: createStreams(network),
    sender: { host: hostname(), process: String(process.pid) },
    clock,
    digest,
  };
  const sinks = await openAuditSinks({
    ...world,
    administration: own.store.administration,
    audit: own.audit,
    vault: own.vault,
    logs: async () => (await logs()).map(({ reader }) => reader),
    transport: (sink, secret) => createTransport(transports, sink, secret),
    log,
  });
  return {
    sinks,
    reconsider: () => egress.reconsider(),
    async close() {
      await sinks.close();
      await egress.close();
    },
  };
}
