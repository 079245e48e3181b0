/** Where an environment's requests may go. */
export interface EgressPolicy {
  /**
   * `public`: public addresses, and what is listed. `listed`: what is listed alone. `any`: private addresses too (development).
   * The server's own ports, its database and the metadata services of clouds are refused in every mode.
   */
  readonly mode: "public" | "listed" | "any";
  /** Host names (`*.example.org` for those below it), addresses and CIDR ranges, each with a port or without. */
  readonly allow: readonly string[];
  /** Hosts that may be called over plain http although they are not on this machine, named one by one. */
  readonly plainHttp: readonly string[];
  /** None when absent. */
  readonly limits?: EgressLimits;
}

/** What a request of the environment may take; null: what the request itself says. */
export interface EgressLimits {
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number | null;
  readonly answerBytes: number | null;
  /** Requests under way at once; more wait their turn. */
  readonly concurrency: number | null;
}

/** Why a request may not go out: the rule, by name, for the log and for whoever set the address. */
export interface EgressRefusal {
  readonly rule:
    | "scheme"
    | "credentials"
    | "port"
    | "private_address"
    | "metadata_service"
    | "own_address"
    | "not_listed"
    | "plain_http"
    | "unresolved";
  readonly host: string;
  readonly addresses: readonly string[];
}
