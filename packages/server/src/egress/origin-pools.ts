import { getCACertificates } from "node:tls";
import { Pool } from "undici";
import type { Clock, Timer } from "#kernel";

/** Some of the connections to one origin. */
export interface OriginPool {
  readonly pool: Pool;
  /** Most connections it opens. */
  readonly connectionCount: number;
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
 * Connections in one pool. A pool looks through its connections for a free one with each request: with a thousand busy
 * ones in a single pool, that would cost more than all else about sending it.
 */
const POOL_CONNECTIONS_MAX = 64;

/**
 * Kept-alive connections to each origin, in pools of a bounded size that are filled one after the other. Pools that
 * served nothing for a while are closed, and so are those of the origin idle longest when there are too many origins. A
 * pool in use is never closed; the bound may be passed by those alone.
 */
export class OriginPools {
  readonly #options: OriginPoolsOptions;
  readonly #origins = new Map<string, OriginPool[]>();
  readonly #closing = new Set<Promise<void>>();
  readonly #certificates: readonly string[] | undefined;
  #timer: Timer | null = null;

  constructor(options: OriginPoolsOptions) {
    this.#options = options;
    if (options.authorities.length > 0) {
      this.#certificates = [...getCACertificates("default"), ...options.authorities];
    }
  }

  /** Origins with open pools. */
  get size(): number {
    return this.#origins.size;
  }

  /** A pool of this origin, for one request: one with a free connection if there is any. Give it back with `release`. */
  take(origin: string): OriginPool {
    let pools = this.#origins.get(origin);
    if (pools === undefined) {
      if (this.#origins.size >= this.#options.originsMax) this.#closeIdlest();
      pools = [];
      this.#origins.set(origin, pools);
    }
    const taken = this.#withRoom(origin, pools);
    taken.userCount++;
    return taken;
  }

  release(taken: OriginPool): void {
    taken.userCount--;
    if (taken.userCount === 0) taken.idleSince = this.#options.clock.monotonic();
  }

  /** Closes every connection; nothing may be under way. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    for (const pools of this.#origins.values()) for (const { pool } of pools) this.#closePool(pool);
    this.#origins.clear();
    await Promise.all(this.#closing);
  }

  /** The first pool with a free connection, or a fresh one; where all connections are taken, the pool with the shortest line. */
  #withRoom(origin: string, pools: OriginPool[]): OriginPool {
    let leftCount = this.#options.connectionsPerOrigin;
    let shortest: OriginPool | null = null;
    for (const candidate of pools) {
      if (candidate.userCount < candidate.connectionCount) return candidate;
      if (shortest === null || lineOf(candidate) < lineOf(shortest)) shortest = candidate;
      leftCount -= candidate.connectionCount;
    }
    if (leftCount <= 0 && shortest !== null) return shortest;
    const connectionCount = Math.min(POOL_CONNECTIONS_MAX, leftCount);
    const pool = this.#open(origin, connectionCount);
    const fresh = { pool, connectionCount, userCount: 0, idleSince: this.#options.clock.monotonic() };
    pools.push(fresh);
    this.#timer ??= this.#options.clock.after(this.#options.originIdleMs, () => this.#sweep());
    return fresh;
  }

  #open(origin: string, connections: number): Pool {
    return new Pool(origin, {
      connections,
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
    for (const [origin, pools] of this.#origins) {
      const kept = pools.filter(
        ({ userCount, idleSince }) => userCount > 0 || now - idleSince < this.#options.originIdleMs,
      );
      for (const { pool } of pools.filter((candidate) => !kept.includes(candidate))) this.#closePool(pool);
      if (kept.length === 0) this.#origins.delete(origin);
      else this.#origins.set(origin, kept);
    }
    this.#timer =
      this.#origins.size === 0
        ? null
        : this.#options.clock.after(this.#options.originIdleMs, () => this.#sweep());
  }

  #closeIdlest(): void {
    let idlest: string | undefined;
    let since = Infinity;
    for (const [origin, pools] of this.#origins) {
      if (pools.some(({ userCount }) => userCount > 0)) continue;
      const idleSince = Math.max(...pools.map((candidate) => candidate.idleSince));
      if (idleSince >= since) continue;
      idlest = origin;
      since = idleSince;
    }
    if (idlest === undefined) return;
    for (const { pool } of this.#origins.get(idlest) ?? []) this.#closePool(pool);
    this.#origins.delete(idlest);
  }

  #closePool(pool: Pool): void {
    const closed = pool.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** Requests that wait for each connection of the pool. */
function lineOf({ userCount, connectionCount }: OriginPool): number {
  return userCount / connectionCount;
}
