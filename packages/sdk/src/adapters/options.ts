import type { Holdfast } from "../client/client.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import type { ServeOptions } from "../serve/contract.ts";

/** What every adapter takes: the client, its functions, and how they are reached. */
export interface AdapterOptions extends ServeOptions<Holdfast, HoldfastFunction> {
  /**
   * Whether `x-forwarded-proto` and `x-forwarded-host` are believed. Say so only behind a proxy that always sets them
   * itself: whoever reaches the app directly can write them. In production neither they nor `Host` decide anything.
   */
  readonly trustProxy?: boolean;
}
