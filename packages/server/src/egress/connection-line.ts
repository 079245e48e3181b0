import type { Client } from "undici";
import type { Clock, Timer } from "#kernel";

/**
 * Connections that an app was not seen to take up yet, at most so many at once. The kernel completes a connection long
 * before the app accepts it, and event loops commonly accept one in a turn: opened a thousand at a time to a busy app, the
 * last of them waits for a thousand turns, and the call on it for seconds. Each first answer makes room for another.
 */
const FRESH_MAX = 16;
/** A connection without an answer is taken for accepted after this time: calls may be long. */
const FRESH_MS = 250;

interface Connection {
  readonly client: Client;
  /** When it was opened, on the monotonic clock. */
  readonly openedAt: number;
  /** Not connected: not yet, or not any more. */
  isDown: boolean;
}

/** A request's place: in line, then on a connection, then gone. */
export class Place {
  readonly #line: ConnectionLine;
  readonly begin: (client: Client) => void;
  connection: Connection | null = null;

  /** @param begin Called once, as soon as there is a connection: at once, or in this request's turn. */
  constructor(line: ConnectionLine, begin: (client: Client) => void) {
    this.#line = line;
    this.begin = begin;
  }

  enter(): void {
    this.#line.enter(this);
  }

  /** Gives the connection back, or leaves the line. May be called twice. */
  leave(): void {
    this.#line.leave(this);
  }
}

export interface ConnectionLineOptions {
  readonly clock: Clock;
  readonly connectionsMax: number;
  /** A client with one connection, which it opens for its first request. */
  readonly open: () => Client;
}

/** The connections of one share of the requests to one origin, and the requests that wait for one: first come, first served. */
export class ConnectionLine {
  readonly #options: ConnectionLineOptions;
  readonly #connections = new Set<Connection>();
  /** The one used last is used next, so that those which are too many fall idle and are closed. */
  readonly #free: Connection[] = [];
  readonly #fresh = new Set<Connection>();
  readonly #waiting = new Set<Place>();
  readonly #closing = new Set<Promise<void>>();
  #timer: Timer | null = null;
  #idleSince: number;

  constructor(options: ConnectionLineOptions) {
    this.#options = options;
    this.#idleSince = options.clock.monotonic();
  }

  /** When the last request ended, on the monotonic clock; null while there are requests. */
  get idleSince(): number | null {
    return this.#free.length === this.#connections.size && this.#waiting.size === 0 ? this.#idleSince : null;
  }

  enter(place: Place): void {
    this.#waiting.add(place);
    this.#serve();
  }

  leave(place: Place): void {
    const { connection } = place;
    place.connection = null;
    if (connection === null) {
      this.#waiting.delete(place);
      return;
    }
    this.#fresh.delete(connection);
    this.#idleSince = this.#options.clock.monotonic();
    if (connection.isDown) this.#drop(connection);
    else this.#free.push(connection);
    this.#serve();
  }

  /** Closes every connection; nothing may be under way. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#free.length = 0;
    for (const connection of this.#connections) this.#drop(connection);
    await Promise.all(this.#closing);
  }

  #serve(): void {
    for (const place of this.#waiting) {
      const connection = this.#free.pop() ?? this.#opened();
      if (connection === null) break;
      this.#waiting.delete(place);
      place.connection = connection;
      place.begin(connection.client);
    }
    this.#timer?.cancel();
    this.#timer = null;
    const [oldest] = this.#fresh;
    if (this.#waiting.size === 0 || oldest === undefined) return;
    const delayMs = oldest.openedAt + FRESH_MS - this.#options.clock.monotonic();
    this.#timer = this.#options.clock.after(delayMs, () => this.#serve());
  }

  /** A new connection, or null while there may be no more. */
  #opened(): Connection | null {
    const openedAt = this.#options.clock.monotonic();
    for (const connection of this.#fresh) {
      if (openedAt - connection.openedAt < FRESH_MS) break;
      this.#fresh.delete(connection);
    }
    if (this.#connections.size >= this.#options.connectionsMax || this.#fresh.size >= FRESH_MAX) return null;
    const client = this.#options.open();
    const connection: Connection = { client, openedAt, isDown: true };
    client.on("connect", () => (connection.isDown = false));
    client.on("disconnect", () => this.#lost(connection));
    this.#connections.add(connection);
    this.#fresh.add(connection);
    return connection;
  }

  #lost(connection: Connection): void {
    connection.isDown = true;
    // One that is in use is dropped when it is given back. Where one is free, nobody waits.
    const index = this.#free.indexOf(connection);
    if (index === -1) return;
    this.#free.splice(index, 1);
    this.#drop(connection);
  }

  #drop(connection: Connection): void {
    // To close a client disconnects it, which is told as well.
    if (!this.#connections.delete(connection)) return;
    const closed = connection.client.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
