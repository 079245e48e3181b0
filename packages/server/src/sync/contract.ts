/** How one handshake with an app went. */
export type SyncOutcome =
  | { readonly ok: true; readonly appName: string | null; readonly modified: boolean; readonly kind: "in_band" | "out_of_band" }
  /** `code` is one of wire-protocol 4.7 and 4.8, such as `unreachable` or `not_sdk`. */
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Sync {
  /** Makes the PUT to an app's URL and takes in what comes back. Repeated with nothing new, it writes nothing. */
  sync(url: string): Promise<SyncOutcome>;
  /** GET introspection of the app at this URL, as it answered. */
  introspect(url: string): Promise<{ readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly code: string; readonly message: string }>;
  /** Syncs the given URLs until each has answered once, then keeps up with changes as configured. Ends by `stop`. */
  start(): void;
  stop(): Promise<void>;
}
