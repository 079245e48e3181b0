import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Clock, Log, Timer } from "#kernel";
import { AddressRate, REQUESTS_PER_SECOND } from "./address-rate.ts";
import { clientAddress } from "./client-address.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import { CONNECTION_LIMITS, ConnectionCount } from "./connection-limits.ts";
import { framingRefusal, refusal } from "./framing.ts";
import type { HostRule } from "./host-rule.ts";
import { hostRule } from "./host-rule.ts";
import { isShed, measureDelay, workKindOf } from "./load.ts";
import type { TlsFiles } from "./tls-files.ts";
import { readTlsFiles, tlsStamp } from "./tls-files.ts";

export interface FrontDoorOptions {
  readonly hosts: Omit<HostRule, "listens">;
  /** Absent: plain http. */
  readonly tls?: TlsFiles;
  /** Proxies whose word on addresses is taken. */
  readonly trustedProxies: readonly string[];
  readonly connections?: ConnectionLimits;
  readonly times?: DoorTimes;
  /** Requests that one network may make in a second; 1,000 when absent. */
  readonly requestsPerSecond?: number;
  /** Whether what browsers are told of https counts for the names below this one, too. */
  readonly isForSubdomains?: boolean;
  readonly serverKind: "dev" | "cloud";
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of memory the process may use. */
  readonly memoryBytesMax: number;
  /** Bytes that the disk has left above its reserve; null when it cannot be told. */
  readonly spareBytes: () => number | null;
}

/** The one listener, in front of every app. */
export interface FrontDoor {
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Lets requests that are being answered end, for a while, and closes every connection. */
  close(): Promise<void>;
}

/** How long the door waits, ms. */
export interface DoorTimes {
  /** For the headers of a request. */
  readonly headers: number;
  /** On a connection that is not used. */
  readonly idle: number;
  /** For anything to move on a connection in use. */
  readonly stalled: number;
  /** How often Node looks for requests that take too long. */
  readonly check: number;
}

const TIMES: DoorTimes = { headers: 10_000, idle: 72_000, stalled: 60_000, check: 2000 };
const HEAD_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 100;
const TARGET_CHARS_MAX = 8 * 1024;
const PARAMETERS_MAX = 100;
const TLS_LOOK_MS = 5000;
const CLOSE_MS = 5000;
const RETRY_AFTER_SECONDS = "2";

type Refusal = Parameters<typeof refusal>[1];

/** Under this name Fastify finds the address that was made out here: as if it stood in the one header it trusts. */
const ADDRESS_HEADER = "x-forwarded-for";

/**
 * Opens the door: TLS, limits on connections and heads, whom a request names as its host, whose it is, and whether there is
 * room for it now. What passes is handed on; nothing of its body was read.
 */
export function openFrontDoor(
  options: FrontDoorOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): FrontDoor {
  const { clock, log, serverKind, times = TIMES } = options;
  const addressOf = clientAddress(options.trustedProxies);
  const count = new ConnectionCount(options.connections ?? CONNECTION_LIMITS);
  const rate = new AddressRate(clock, options.requestsPerSecond ?? REQUESTS_PER_SECOND);
  const silent = new Set<Socket>();
  const delay = measureDelay(clock);
  const transportRule = `max-age=31536000${options.isForSubdomains === true ? "; includeSubDomains" : ""}`;
  let isHost: (host: string) => boolean = () => true;
  let memory = { at: Number.NEGATIVE_INFINITY, bytes: 0 };
  let isClosing = false;
  let timer: Timer | null = null;

  const settings = {
    headersTimeout: times.headers,
    // Whole requests are timed by those who read them.
    requestTimeout: 0,
    keepAliveTimeout: times.idle,
    connectionsCheckingInterval: times.check,
    maxHeaderSize: HEAD_BYTES_MAX,
  };
  const server: Server = options.tls === undefined ? createServer(settings, take) : serveTls(options.tls);
  server.setTimeout(times.stalled);
  server.maxHeadersCount = HEADERS_MAX + 1;

  function serveTls(files: TlsFiles): Server {
    let stamp = tlsStamp(files);
    const secure = createTlsServer(
      { ...settings, ...readTlsFiles(files, clock.now()), ...clientRules(files) },
      take,
    );
    const look = (): void => {
      timer = clock.after(TLS_LOOK_MS, look);
      const now = tlsStamp(files);
      if (now === stamp) return;
      stamp = now;
      try {
        // Connections that are open keep what they were opened with.
        (secure as TlsServer).setSecureContext(readTlsFiles(files, clock.now()));
        log.info({ certificate: files.certificate }, "the certificate was renewed");
      } catch (error) {
        const { message: reason } = error as Error;
        log.error({ reason }, "a new certificate cannot be used: the old one goes on");
      }
    };
    timer = clock.after(TLS_LOOK_MS, look);
    return secure;
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    silent.delete(request.socket);
    // What a door that closes still answers is the last on its connection.
    response.once("finish", () => {
      if (isClosing) request.socket.destroySoon();
    });
    const fault = faultOf(request);
    if (fault !== null) return refuse(response, fault);
    const { headers } = request;
    const address = addressOf(request.socket.remoteAddress ?? "", headers[ADDRESS_HEADER]?.toString());
    // From here on the header says what was made out, and nothing that a client wrote.
    headers[ADDRESS_HEADER] = address;
    delete headers["x-forwarded-host"];
    delete headers["x-forwarded-proto"];
    const kind = workKindOf(request.method ?? "", request.url ?? "");
    // Results carry on what was acknowledged, and come as fast as the server calls.
    const waitMs = kind === "result" ? 0 : rate.take(address);
    if (waitMs > 0) {
      response.setHeader("retry-after", String(Math.ceil(waitMs / 1000)));
      return refuse(response, [429, "rate_limited", "Too many requests came from this address."]);
    }
    const pressure = {
      delayMs: delay.delayMs(),
      usedBytes: memoryInUse(),
      maxBytes: options.memoryBytesMax,
      spareBytes: options.spareBytes(),
    };
    if (isShed(kind, pressure)) {
      response.setHeader("retry-after", RETRY_AFTER_SECONDS);
      return refuse(response, [503, "server_busy", "The server takes no more work at the moment."]);
    }
    if (options.tls !== undefined || options.hosts.publicUrl?.startsWith("https:") === true)
      response.setHeader("strict-transport-security", transportRule);
    handle(request, response);
  }

  function faultOf({ headers, rawHeaders, url = "" }: IncomingMessage): Refusal | null {
    if (rawHeaders.length > 2 * HEADERS_MAX)
      return [431, "request_invalid", "The request has too many headers."];
    const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
    if (hosts !== 1 || headers.host === undefined)
      return [400, "request_invalid", "The request must name one host."];
    if (!url.startsWith("/") && url !== "*")
      return [400, "request_invalid", "The request must name a path, and no whole address."];
    const query = url.indexOf("?");
    const isLong =
      url.length > TARGET_CHARS_MAX || (query >= 0 && url.slice(query).split("&").length > PARAMETERS_MAX);
    if (isLong) return [414, "request_invalid", "The request's path and query are too long."];
    if (serverKind === "cloud" && !isHost(headers.host))
      return [421, "host_refused", "This server is not known by the name that the request has as its host."];
    return null;
  }

  /** Asked for each request, measured twice a second. */
  function memoryInUse(): number {
    const now = clock.monotonic();
    if (now - memory.at > 500) memory = { at: now, bytes: process.memoryUsage.rss() };
    return memory.bytes;
  }

  function refuse(response: ServerResponse, reason: Refusal): void {
    const { body, headers, status } = refusal(serverKind, reason);
    response.writeHead(status, headers);
    response.end(body);
  }

  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    if (isClosing || !count.enter(address)) {
      socket.destroy();
      return;
    }
    silent.add(socket);
    socket.once("close", () => {
      silent.delete(socket);
      count.leave(address);
    });
  });
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    if (error.code === "ECONNRESET" || socket.destroyed) return;
    if (socket.writable) socket.write(framingRefusal(serverKind, error.code));
    socket.destroy(error);
  });

  return {
    async listen({ host, port }) {
      isHost = hostRule({ ...options.hosts, listens: host });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          resolve();
        });
      });
      // A server that listens on TCP has an address of this form.
      return (server.address() as AddressInfo).port;
    },
    async close() {
      isClosing = true;
      timer?.cancel();
      delay.stop();
      // Node takes a connection that never asked anything for busy; clients open such connections in advance.
      for (const socket of silent) socket.destroy();
      const cut = clock.after(CLOSE_MS, () => server.closeAllConnections());
      await new Promise<void>((resolve) => {
        // Ends connections that wait for their next request, too.
        server.close(() => resolve());
      });
      cut.cancel();
    },
  };
}

function clientRules({ clientAuthority }: TlsFiles): {
  readonly requestCert?: true;
  readonly rejectUnauthorized?: true;
} {
  return clientAuthority === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
}
