import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, getCACertificates } from "node:tls";
import type { buildConnector } from "undici";
import type { Clock } from "#kernel";
import type { EgressGuard } from "./connections.ts";
import { pinnedConnect } from "./pinned-connect.ts";

/** Whom to connect to, for what speaks no HTTP. */
export interface StreamTarget {
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** TLS, with the certificate verified. */
  readonly secure: boolean;
}

/** Connections that carry bytes of another protocol, behind the same policy as requests. */
export interface Streams {
  /** @throws Error saying why nobody could be connected to, or which rule of the policy refused it */
  open(target: StreamTarget): Promise<Socket>;
}

export interface StreamsOptions {
  readonly clock: Clock;
  /** How long opening one may take, TLS included. */
  readonly connectMs?: number;
  /** Certificates (PEM) of authorities to trust besides those that Node trusts. */
  readonly authorities?: readonly string[];
  readonly guard: EgressGuard;
}

/** Opens connections. A name is resolved once, judged, and connected to as it was judged. */
export function createStreams({
  authorities = [],
  clock,
  connectMs = 5_000,
  guard,
}: StreamsOptions): Streams {
  const ca = authorities.length === 0 ? {} : { ca: [...getCACertificates("default"), ...authorities] };

  const connect: buildConnector.connector = (options, callback) => {
    const place = { host: options.hostname, port: Number(options.port) };
    const { servername } = options;
    const isSecure = options.protocol === "https:";
    const socket = isSecure
      ? connectTls({ ...place, ...ca, ...(servername === undefined ? {} : { servername }) })
      : connectTcp(place);
    const timer = clock.after(connectMs, () => socket.destroy(new Error("it did not answer in time")));
    const fail = (error: Error): void => {
      timer.cancel();
      callback(error, null);
    };
    socket.once("error", fail);
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      timer.cancel();
      socket.removeListener("error", fail);
      callback(null, socket);
    });
  };
  const pinned = pinnedConnect({ ...guard, connect });

  return {
    open: ({ host, port, secure }) =>
      new Promise((resolve, reject) => {
        const options = {
          hostname: host,
          host,
          // The policy knows two kinds of ways: those where nobody reads along, and those where everybody may.
          protocol: secure ? "https:" : "http:",
          port: String(port),
        };
        pinned(options, (...[error, socket]) => {
          if (error === null) resolve(socket);
          else reject(error);
        });
      }),
  };
}
