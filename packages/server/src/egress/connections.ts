import { getCACertificates } from "node:tls";
import { buildConnector, Client } from "undici";
import type { Clock, Timer } from "#kernel";
import { ConnectionLine, Place } from "./connection-line.ts";
import type { PinnedConnectDeps } from "./pinned-connect.ts";
import { pinnedConnect } from "./pinned-connect.ts";

/** What decides who may be connected to. */
export type EgressGuard = Omit<PinnedConnectDeps, "connect">;

/** A certificate and its key (PEM). */
export interface TlsIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface ConnectionsOptions {
  readonly clock: Clock;
  /** For each share of an origin. */
  readonly connectionsMax: number;
  readonly connectMs: number;
  readonly originsMax: number;
  readonly originIdleMs: number;
  readonly authorities: readonly string[];
  /** What the server shows to whoever asks for a certificate, as it is now; null: nothing. */
  readonly identity: () => TlsIdentity | null;
  /** Who may be connected to; null: everybody. */
  readonly policy: EgressGuard | null;
}

/** Most bytes of an answer's head; ordinary ones hold less than one KiB. */
const HEAD_BYTES_MAX = 32 * 1024;

/**
 * Kept-alive connections, a line of them for each share of the requests to each origin, so that requests of one share never
 * wait behind those of another. Lines that served nothing for a while are closed, and so is the one idle longest when
 * there are too many. A line in use is never closed; the bound may be passed by those alone.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #lines = new Map<string, ConnectionLine>();
  readonly #closing = new Set<Promise<void>>();
  readonly #connect: buildConnector.connector;
  #timer: Timer | null = null;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    const { policy } = options;
    const connect = connectorOf(options);
    this.#connect = policy === null ? connect : pinnedConnect({ ...policy, connect });
  }

  /** A place for one request, which waits once it enters. See `Place`. */
  place(origin: string, share: string, begin: (client: Client) => void): Place {
    // No origin has a space in it.
    const key = `${origin} ${share}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      if (this.#lines.size >= this.#options.originsMax) this.#closeIdlest();
      const { clock, connectionsMax } = this.#options;
      line = new ConnectionLine({ clock, connectionsMax, open: () => this.#open(origin) });
      this.#lines.set(key, line);
      this.#timer ??= clock.after(this.#options.originIdleMs, () => this.#sweep());
    }
    return new Place(line, begin);
  }

  /** Closes the connections that nothing uses now: what is asked next is judged anew. */
  closeIdle(): void {
    for (const [key, line] of this.#lines) if (line.idleSince !== null) this.#close(key, line);
  }

  /** Closes every connection; nothing may be under way. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    for (const [key, line] of this.#lines) this.#close(key, line);
    await Promise.all(this.#closing);
  }

  #open(origin: string): Client {
    return new Client(origin, {
      pipelining: 1,
      // HTTP/2 streams that a server turns away may be sent again by the client; a call must go out once.
      allowH2: false,
      // The deadline of the whole request stands in for these two.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEAD_BYTES_MAX,
      connect: this.#connect,
    });
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const [key, line] of this.#lines) {
      const { idleSince } = line;
      if (idleSince !== null && now - idleSince >= this.#options.originIdleMs) this.#close(key, line);
    }
    this.#timer =
      this.#lines.size === 0
        ? null
        : this.#options.clock.after(this.#options.originIdleMs, () => this.#sweep());
  }

  #closeIdlest(): void {
    let idlest: readonly [string, ConnectionLine] | undefined;
    let since = Infinity;
    for (const [key, line] of this.#lines) {
      const { idleSince } = line;
      if (idleSince === null || idleSince >= since) continue;
      idlest = [key, line];
      since = idleSince;
    }
    if (idlest !== undefined) this.#close(...idlest);
  }

  #close(key: string, line: ConnectionLine): void {
    this.#lines.delete(key);
    const closed = line.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** Connects as whom the server is at that moment: a certificate that was renewed counts for the next connection. */
function connectorOf({
  authorities,
  connectMs,
  identity,
}: Pick<ConnectionsOptions, "authorities" | "connectMs" | "identity">): buildConnector.connector {
  const build = (own: TlsIdentity | null): buildConnector.connector =>
    buildConnector({
      timeout: connectMs,
      ...(authorities.length === 0 ? {} : { ca: [...getCACertificates("default"), ...authorities] }),
      ...(own === null ? {} : { cert: own.cert, key: own.key }),
    });
  let shown = identity();
  let connect = build(shown);
  return (options, callback) => {
    const now = identity();
    if (now !== shown) {
      shown = now;
      connect = build(now);
    }
    connect(options, callback);
  };
}
