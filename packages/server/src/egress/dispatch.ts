import type { Clock } from "#kernel";
import { Cancellation } from "./cancellation.ts";
import type { EgressGuard, TlsIdentity } from "./connections.ts";
import { Connections } from "./connections.ts";
import type { EgressOutcome, EgressRequest, GuardedEgress } from "./contract.ts";
import { Deadlines } from "./deadlines.ts";
import { Exchange, type ExchangeWorld } from "./exchange.ts";
import { bound, NO_LIMITS } from "./limits.ts";
import type { EgressLimits } from "./policy-contract.ts";
import { Targets } from "./target.ts";
import { Turns } from "./turns.ts";

export interface EgressOptions {
  readonly clock: Clock;
  /** Most connections of one share to one origin; further requests stand in line for one. */
  readonly connectionsPerOrigin?: number;
  /** Whether redirects are followed where that is safe; otherwise each is refused. */
  readonly allowRedirects?: boolean;
  /** How long opening one connection may take, name resolution and TLS included. */
  readonly connectMs?: number;
  /** Most origins (each share counts) with idle connections at once. */
  readonly originsMax?: number;
  /** Connections to an origin that served nothing for this long are closed. */
  readonly originIdleMs?: number;
  /** Certificates (PEM) of authorities to trust besides those that Node trusts. */
  readonly authorities?: readonly string[];
  /** What is shown to apps that ask for a certificate, as it is now; nothing when absent. */
  readonly identity?: () => TlsIdentity | null;
  /** What each request may take, as of now; what it says itself when absent. */
  readonly limits?: () => EgressLimits;
  /** Who may be connected to; everybody when absent. */
  readonly guard?: EgressGuard;
}

/** Opens the way out. See `Egress` for what a request may expect. */
export function createEgress(options: EgressOptions): GuardedEgress {
  const {
    allowRedirects = true,
    authorities = [],
    clock,
    connectionsPerOrigin: connectionsMax = 128,
    connectMs = 5_000,
    guard: policy = null,
    identity = () => null,
    limits = () => NO_LIMITS,
    originIdleMs = 5 * 60_000,
    originsMax = 1024,
  } = options;
  const connections = new Connections({
    clock,
    connectionsMax,
    connectMs,
    originsMax,
    originIdleMs,
    authorities,
    identity,
    policy,
  });
  const deadlines = new Deadlines(clock);
  const targets = new Targets();
  let underWayCount = 0;
  let closed: Promise<void> | null = null;
  let drained: (() => void) | null = null;
  const world: ExchangeWorld = {
    clock,
    connections,
    deadlines,
    cancellation: new Cancellation(),
    allowRedirects,
    turns: new Turns<Exchange>(() => limits().concurrency ?? Infinity),
    ended() {
      underWayCount--;
      if (underWayCount === 0) drained?.();
    },
  };

  const send = (request: EgressRequest): Promise<EgressOutcome> => {
    const target = targets.read(request.url);
    if (typeof target === "string") return failed("unreachable", request, `the app: ${target}`);
    if (closed !== null) return failed("aborted", request, `${target.shown}: the server is stopping`);
    if (request.signal?.aborted === true)
      return failed("aborted", request, `${target.shown}: it was called off`);
    underWayCount++;
    return new Promise((resolve) =>
      new Exchange(world, bound(request, limits()), target, resolve).dispatch(),
    );
  };

  const close = async (): Promise<void> => {
    if (underWayCount > 0) await new Promise<void>((resolve) => (drained = resolve));
    deadlines.close();
    await connections.close();
  };

  return { send, reconsider: () => connections.closeIdle(), close: () => (closed ??= close()) };
}

function failed(
  code: "unreachable" | "aborted",
  { method }: EgressRequest,
  what: string,
): Promise<EgressOutcome> {
  return Promise.resolve({ kind: "failed", code, message: `Cannot ${method} ${what}.`, status: null });
}
