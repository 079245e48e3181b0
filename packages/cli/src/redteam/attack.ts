/** What an attack works with: the address under attack, and the keys that its operator lent for it. */
export interface Arena {
  readonly url: URL;
  readonly operatorToken: string;
  /** Null: attacks that need one are left out. */
  readonly signingKey: string | null;
  readonly eventKey: string | null;
  /** Makes a request as it is given, and reads at most a bounded answer. */
  readonly ask: (request: RawRequest) => Promise<RawAnswer>;
}

/** A request, byte by byte: no client in between corrects it. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Header lines in order. `Host` and `Connection` are added unless a line of theirs is there, or `bare` is set. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  readonly bare?: boolean;
}

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly tookMs: number;
}

/** Whether an attack found the server as it should be, and what it saw. */
export interface Finding {
  readonly safe: boolean;
  readonly observed: string;
}

/** One attack of the catalogue: safe to make on a live server or app, bounded, and without a trace but for the log. */
export interface Attack {
  /** Its number in the catalogue, such as `A-007`. */
  readonly id: string;
  readonly title: string;
  readonly needs?: "signingKey" | "eventKey";
  readonly expected: string;
  readonly fix: string;
  run(arena: Arena): Promise<Finding>;
}
