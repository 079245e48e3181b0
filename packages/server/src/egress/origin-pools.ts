import { getCACertificates } from "node:tls";
import { Pool } from "undici";
import type { Clock, Timer } from "#kernel";

/** Connections to one origin. */
export interface OriginPool {
  readonly pool: Pool;
  /** Requests under way. */
  userCount: number;
  /** When the last request ended, on the monotonic clock. */
  idleSince: number;
}

export interface OriginPoolsOptions {
  readonly clock: Clock;
  readonly connectionsPerOrigin: number;
  readonly connectMs: number;
  readonly originsMax: number;
  readonly originIdleMs: number;
  readonly authorities: readonly string[];
}

/** Most bytes of an answer's head; ordinary ones hold less than one KiB. */
const HEAD_BYTES_MAX = 32 * 1024;

/**
 * One pool of kept-alive connections per origin. Pools that served nothing for a while are closed, and so is the one
 * idle longest when there are too many. A pool in use is never closed; the bound may be passed by those alone.
 */
export class OriginPools {
  readonly #options: OriginPoolsOptions;
  readonly #pools = new Map<string, OriginPool>();
  readonly #closing = new Set<Promise<void>>();
  readonly #certificates: readonly string[] | undefined;
  #timer: Timer | null = null;

  constructor(options: OriginPoolsOptions) {
    this.#options = options;
    if (options.authorities.length > 0) {
      this.#certificates = [...getCACertificates("default"), ...options.authorities];
    }
  }

  get size(): number {
    return this.#pools.size;
  }

  /** The pool of this origin, for one request. Give it back with `release`. */
  take(origin: string): OriginPool {
    const known = this.#pools.get(origin);
    if (known !== undefined) {
      known.userCount++;
      return known;
    }
    if (this.#pools.size >= this.#options.originsMax) this.#closeIdlest();
    const fresh = { pool: this.#open(origin), userCount: 1, idleSince: this.#options.clock.monotonic() };
    this.#pools.set(origin, fresh);
    this.#timer ??= this.#options.clock.after(this.#options.originIdleMs, () => this.#sweep());
    return fresh;
  }

  release(taken: OriginPool): void {
    taken.userCount--;
    if (taken.userCount === 0) taken.idleSince = this.#options.clock.monotonic();
  }

  /** Closes every connection; nothing may be under way. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    for (const [origin, { pool }] of this.#pools) this.#closePool(origin, pool);
    await Promise.all(this.#closing);
  }

  #open(origin: string): Pool {
    return new Pool(origin, {
      connections: this.#options.connectionsPerOrigin,
      pipelining: 1,
      // HTTP/2 streams that a server turns away may be sent again by the client; a call must go out once.
      allowH2: false,
      // The deadline of the whole request stands in for these two.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEAD_BYTES_MAX,
      connect: {
        timeout: this.#options.connectMs,
        // The type wants a mutable array and never writes to it.
        ...(this.#certificates === undefined ? {} : { ca: [...this.#certificates] }),
      },
    });
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const [origin, { pool, userCount, idleSince }] of this.#pools) {
      if (userCount === 0 && now - idleSince >= this.#options.originIdleMs) this.#closePool(origin, pool);
    }
    this.#timer =
      this.#pools.size === 0
        ? null
        : this.#options.clock.after(this.#options.originIdleMs, () => this.#sweep());
  }

  #closeIdlest(): void {
    let idlest: string | undefined;
    let since = Infinity;
    for (const [origin, { userCount, idleSince }] of this.#pools) {
      if (userCount > 0 || idleSince >= since) continue;
      idlest = origin;
      since = idleSince;
    }
    const found = idlest === undefined ? undefined : this.#pools.get(idlest);
    if (idlest !== undefined && found !== undefined) this.#closePool(idlest, found.pool);
  }

  #closePool(origin: string, pool: Pool): void {
    this.#pools.delete(origin);
    const closed = pool.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
