import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { buildConnector } from "undici";
import type { EgressRefusal } from "./policy-contract.ts";
import type { EgressRules } from "./policy.ts";
import { hostOf, refusalOf, refusalWords } from "./policy.ts";

/** Every address of a name. A rejection: it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface PinnedConnectDeps {
  readonly rules: () => EgressRules;
  readonly ownPorts: () => ReadonlySet<number>;
  readonly onRefused: (refusal: EgressRefusal) => void;
  readonly connect: buildConnector.connector;
  readonly resolve?: Resolve;
}

/** A request that the policy does not let out. */
export class EgressRefused extends Error {
  readonly refusal: EgressRefusal;

  constructor(refusal: EgressRefusal) {
    super(refusalWords(refusal));
    this.name = "EgressRefused";
    this.refusal = refusal;
  }
}

const resolveAll: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Connects to an address that was looked at. A name is resolved once, all its addresses are judged, and the connection goes to
 * one of them: a name that leads elsewhere a moment later is not asked again. The name stays in TLS and in the request.
 */
export function pinnedConnect(deps: PinnedConnectDeps): buildConnector.connector {
  const { resolve = resolveAll } = deps;
  return (options, callback) => {
    const bracket = options.hostname.includes(":") && !options.hostname.startsWith("[");
    const host = bracket ? `[${options.hostname}]` : options.hostname;
    const url = new URL(`${options.protocol}//${host}:${options.port}`);
    void begin();

    async function begin(): Promise<void> {
      let addresses: readonly string[] = [];
      let unresolved: Error | null = null;
      try {
        addresses = await addressesOf(url, resolve);
      } catch (error) {
        // Resolvers reject with errors.
        unresolved = error as Error;
      }
      const refusal = refusalOf(deps.rules(), { url, addresses, ownPorts: deps.ownPorts() });
      if (refusal === null) return connectTo(addresses, 0);
      // A name may be refused whatever it stands for; otherwise it just has no address.
      if (unresolved !== null && refusal.rule === "unresolved") return fail(unresolved);
      deps.onRefused(refusal);
      fail(new EgressRefused(refusal));
    }

    function fail(error: Error): void {
      callback(error, null);
    }

    /** The first that answers; the others are tried when it does not. */
    function connectTo(addresses: readonly string[], index: number): void {
      const address = addresses[index] ?? "";
      const servername = isIP(hostOf(url)) === 0 ? hostOf(url) : undefined;
      deps.connect(
        { ...options, hostname: address, host: address, ...(servername === undefined ? {} : { servername }) },
        (...[error, socket]) => {
          if (error !== null && index + 1 < addresses.length) return connectTo(addresses, index + 1);
          if (error !== null) return callback(error, null);
          callback(null, socket);
        },
      );
    }
  };
}

async function addressesOf(url: URL, resolve: Resolve): Promise<readonly string[]> {
  const host = hostOf(url);
  return isIP(host) === 0 ? resolve(host) : [host];
}
