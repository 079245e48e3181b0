import type { Digest } from "@holdfast/protocol";
import type { Egress, Streams } from "#egress";
import type { Clock } from "#kernel";
import type { SinkSettings, SinkTransport } from "./contract.ts";
import { createFileTransport } from "./file-transport.ts";
import { createHttpsTransport } from "./https-transport.ts";
import { readSyslogTarget } from "./sink-target.ts";
import type { SyslogSender } from "./syslog-message.ts";
import { createSyslogTransport } from "./syslog-transport.ts";

export interface TransportWorld {
  readonly dataDir: string;
  readonly egress: Egress;
  readonly streams: Streams;
  readonly sender: SyslogSender;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** The way to where a sink is. */
export function createTransport(
  world: TransportWorld,
  { kind, target }: SinkSettings,
  secret: string | null,
): SinkTransport {
  switch (kind) {
    case "file":
      return createFileTransport({ path: target, dataDir: world.dataDir });
    case "syslog":
      return createSyslogTransport({ ...world, target: readSyslogTarget(target) });
    case "https":
      return createHttpsTransport({ ...world, url: target, secret: secret ?? "" });
  }
}
