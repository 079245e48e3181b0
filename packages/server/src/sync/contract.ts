/** How one handshake with an app went. */
export type SyncOutcome =
  | {
      readonly ok: true;
      readonly appName: string | null;
      readonly modified: boolean;
      readonly kind: "in_band" | "out_of_band";
    }
  /** `code` is one of wire-protocol 4.7 and 4.8, such as `unreachable` or `not_sdk`. */
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Sync {
  /** Makes the PUT to an app's URL and takes in what comes back. Repeated with nothing new, it writes nothing. */
  sync(url: string): Promise<SyncOutcome>;
  /** GET introspection of the app at this URL, as it answered. */
  introspect(
    url: string,
  ): Promise<
    | { readonly ok: true; readonly body: unknown }
    | { readonly ok: false; readonly code: string; readonly message: string }
  >;
  /**
   * Which keys the app at this URL says it has, by their ids, the one it uses first: it is asked by a signed request, and
   * tells nobody else. `error`: why that cannot be known.
   */
  keysOf(url: string): Promise<{ readonly keyIds: readonly string[] } | { readonly error: string }>;
  /** Syncs the given URLs until each has answered once, then keeps up with changes as configured. Ends by `stop`. */
  start(): void;
  stop(): Promise<void>;
}

/**
 * What became of an app, for whoever watches a terminal.
 * `found`: it registered for the first time since this process started. `changed`: its registration is a different one.
 * `unreachable`: it cannot be reached any more, or not yet. `refused`: something answered, but no registration came of it.
 */
export interface AppChange {
  readonly kind: "found" | "changed" | "unreachable" | "refused";
  readonly url: string;
  /** Null while the app is not registered. */
  readonly appName: string | null;
  /** Functions it has now, archived ones left out. */
  readonly functionCount: number;
  /** Such as `js:v4.24.0`. */
  readonly sdk: string | null;
  readonly framework: string | null;
  /** Why, when something went wrong; codes as in `SyncOutcome`. */
  readonly reason: { readonly code: string; readonly message: string } | null;
}
