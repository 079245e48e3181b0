import type { Clock } from "#kernel";
import { Cancellation } from "./cancellation.ts";
import type { Egress, EgressOutcome, EgressRequest } from "./contract.ts";
import { Deadlines } from "./deadlines.ts";
import { Exchange, type ExchangeWorld } from "./exchange.ts";
import { OriginPools } from "./origin-pools.ts";

export interface EgressOptions {
  readonly clock: Clock;
  /** Most connections to one origin; further requests wait for a free one. */
  readonly connectionsPerOrigin?: number;
  /** Whether redirects are followed where that is safe; otherwise each is refused. */
  readonly allowRedirects?: boolean;
  /** How long opening one connection may take, name resolution and TLS included. */
  readonly connectMs?: number;
  /** Most origins with idle connections at once. */
  readonly originsMax?: number;
  /** Connections to an origin that served nothing for this long are closed. */
  readonly originIdleMs?: number;
  /** Certificates (PEM) of authorities to trust besides those that Node trusts. */
  readonly authorities?: readonly string[];
}

/** Opens the way out. See `Egress` for what a request may expect. */
export function createEgress(options: EgressOptions): Egress {
  const { clock } = options;
  const pools = new OriginPools({
    clock,
    connectionsPerOrigin: options.connectionsPerOrigin ?? 128,
    connectMs: options.connectMs ?? 5_000,
    originsMax: options.originsMax ?? 256,
    originIdleMs: options.originIdleMs ?? 5 * 60_000,
    authorities: options.authorities ?? [],
  });
  const deadlines = new Deadlines(clock);
  const world: ExchangeWorld = {
    clock,
    pools,
    deadlines,
    cancellation: new Cancellation(),
    allowRedirects: options.allowRedirects ?? true,
  };
  let underWayCount = 0;
  let closed: Promise<void> | null = null;
  let drained: (() => void) | null = null;

  const send = (request: EgressRequest): Promise<EgressOutcome> => {
    const url = parseTarget(request.url);
    if (typeof url === "string")
      return Promise.resolve(failed("unreachable", `Cannot ${request.method} the app: ${url}.`));
    const target = `${request.method} ${url.origin}${url.pathname}`;
    if (closed !== null)
      return Promise.resolve(failed("aborted", `Cannot ${target}: the server is stopping.`));
    if (request.signal?.aborted === true)
      return Promise.resolve(failed("aborted", `Cannot ${target}: it was called off.`));
    underWayCount++;
    return new Promise((resolve) => {
      new Exchange(world, request, url, (outcome) => {
        underWayCount--;
        if (underWayCount === 0) drained?.();
        resolve(outcome);
      }).dispatch();
    });
  };

  const close = async (): Promise<void> => {
    if (underWayCount > 0) await new Promise<void>((resolve) => (drained = resolve));
    deadlines.close();
    await pools.close();
  };

  return { send, close: () => (closed ??= close()) };
}

function failed(code: "unreachable" | "aborted", message: string): EgressOutcome {
  return { kind: "failed", code, message, status: null };
}

/** The URL to call, or why it cannot be called. Nothing of it is quoted but its scheme: the rest may be secret. */
function parseTarget(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null) return "its URL is not valid";
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return `its URL begins with "${url.protocol}", and only http: and https: can be called`;
  }
  if (url.username !== "" || url.password !== "") return "its URL holds credentials";
  return url;
}
