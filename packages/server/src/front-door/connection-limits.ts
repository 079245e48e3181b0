import { isThisMachine } from "#kernel";

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly total: number;
  /** From one address, other than this machine's own. */
  readonly perAddress: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { total: 20_000, perAddress: 2_000 };

/** Counts open connections, and says of each new one whether there is room for it. */
export class ConnectionCount {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** `false`: there is no room, and nothing was counted. */
  enter(address: string): boolean {
    const here = this.#byAddress.get(address) ?? 0;
    if (this.#total >= this.#limits.total) return false;
    if (here >= this.#limits.perAddress && !isThisMachine(address)) return false;
    this.#total += 1;
    this.#byAddress.set(address, here + 1);
    return true;
  }

  leave(address: string): void {
    const here = this.#byAddress.get(address) ?? 0;
    this.#total -= 1;
    if (here <= 1) this.#byAddress.delete(address);
    else this.#byAddress.set(address, here - 1);
  }
}
