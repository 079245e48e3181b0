import type { Client, Dispatcher } from "undici";
import type { Clock } from "#kernel";
import { LIMITS } from "@holdfast/protocol";
import type { Cancellation } from "./cancellation.ts";
import type { Place } from "./connection-line.ts";
import type { Connections } from "./connections.ts";
import type { EgressFailureCode, EgressLimitRule, EgressOutcome } from "./contract.ts";
import { decodeBody, isPlain } from "./decode-body.ts";
import type { Deadlines } from "./deadlines.ts";
import type { BoundRequest } from "./limits.ts";
import { classifyFailure, isStaleConnection } from "./failure.ts";
import { judgeRedirect } from "./redirect.ts";
import type { Target } from "./target.ts";
import { targetOf } from "./target.ts";
import type { Turns } from "./turns.ts";

/** What every exchange of one egress shares. */
export interface ExchangeWorld {
  readonly clock: Clock;
  readonly connections: Connections;
  readonly deadlines: Deadlines;
  readonly cancellation: Cancellation;
  readonly allowRedirects: boolean;
  /** Those that are let out at once. */
  readonly turns: Turns<Exchange>;
  /** Told of each exchange that is over, just before its outcome is given. */
  ended(): void;
}

type ResponseHead = Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>[2];

/**
 * One request on its way, through its redirects, to its one outcome. It is also the handler that undici calls.
 *
 * - *waiting*: no byte was written. A failure here is `unreachable`, and a connection that died while it was idle is replaced
 *   once. The wait for a connection may take as long as the request itself may.
 * - *sent*: from `onRequestStart` on, which undici calls just before it writes. Whether bytes arrived cannot be known any
 *   more, so nothing is ever sent again; the deadline counts from here, over all redirects.
 * - *settled*: the outcome was given. What undici still reports is ignored; a request that was still waiting is dropped
 *   when its turn comes.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #world: ExchangeWorld;
  readonly #request: BoundRequest;
  readonly #settle: (outcome: EgressOutcome) => void;
  #target: Target;
  #place: Place;
  #controller: Dispatcher.DispatchController | null = null;
  /** Whether this hop was handed to the network, and whether any hop was. */
  #hopSent = false;
  #sent = false;
  #replaced = false;
  #settled = false;
  #redirectCount = 0;
  #status: number | null = null;
  #head: ResponseHead = NO_HEAD;
  readonly #chunks: Buffer[] = [];
  #byteCount = 0;
  expiresAt: number;

  constructor(
    world: ExchangeWorld,
    request: BoundRequest,
    target: Target,
    settle: (outcome: EgressOutcome) => void,
  ) {
    this.#world = world;
    this.#request = request;
    this.#target = target;
    this.#settle = settle;
    this.#place = this.#placeAt(target.origin);
    this.expiresAt = world.clock.monotonic() + request.timeoutMs;
    world.deadlines.add(this);
    if (request.signal !== undefined) world.cancellation.watch(request.signal, this);
  }

  /** Goes out when its turn has come. */
  dispatch(): void {
    this.#world.turns.enter(this);
  }

  /** Its turn, or one more at the address of a redirect. */
  begin(): void {
    this.#place.enter();
  }

  #placeAt(origin: string): Place {
    const { share = "" } = this.#request;
    return this.#world.connections.place(origin, share, (client) => this.#hand(client));
  }

  #moveTo(origin: string): void {
    this.#place.leave();
    this.#place = this.#placeAt(origin);
  }

  #hand(client: Client): void {
    const { method, headers, sign, body } = this.#request;
    const { path } = this.#target;
    const all = sign === undefined ? headers : { ...headers, ...sign(path) };
    client.dispatch({ method, headers: all, body, path }, this);
  }

  expire(): void {
    const { ruled, timeoutMs } = this.#request;
    const rule = ruled.time ? "timeout" : undefined;
    if (this.#sent) this.#fail("timed_out", `no complete answer within ${timeoutMs} ms`, rule);
    else if (this.#world.turns.has(this))
      this.#fail("unreachable", `no connection was free within ${timeoutMs} ms`, rule);
    else this.#fail("unreachable", `its turn did not come within ${timeoutMs} ms`, "concurrency");
  }

  cancel(): void {
    this.#fail("aborted", "it was called off");
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // To throw here is the way to have undici drop the request before it writes a byte of it.
    if (this.#settled) throw new Error("settled before it was sent");
    if (this.#hopSent) throw new Error("about to be sent twice");
    this.#controller = controller;
    this.#hopSent = true;
    if (this.#sent) return;
    this.#sent = true;
    this.expiresAt = this.#world.clock.monotonic() + this.#request.timeoutMs;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, head: ResponseHead): void {
    if (status < 200) return;
    this.#status = status;
    this.#head = head;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#byteCount += chunk.length;
    if (this.#byteCount > this.#request.responseBytesMax) this.#failTooLarge();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled || this.#status === null) return;
    this.#controller = null;
    const location = this.#head["location"];
    if (location === undefined) {
      this.#answer(this.#status);
      return;
    }
    this.#redirect(this.#status, joinValues(location));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    if (!this.#hopSent && !this.#replaced && isStaleConnection(error)) {
      this.#replaced = true;
      // undici is in the middle of clearing the dead connection's queue.
      queueMicrotask(() => {
        if (this.#settled) return;
        this.#moveTo(this.#target.origin);
        this.begin();
      });
      return;
    }
    this.#controller = null;
    const { code, reason } = classifyFailure(error, this.#hopSent, this.#status !== null);
    this.#fail(code, reason);
  }

  #redirect(status: number, location: string): void {
    const verdict = judgeRedirect(new URL(this.#target.href), status, location);
    if (verdict.kind === "none") return this.#answer(status);
    if (verdict.kind === "refused")
      return this.#fail("redirect_refused", `the answer is a redirect, and ${verdict.reason}`);
    if (!this.#world.allowRedirects) return this.#fail("redirect_refused", "the answer is a redirect");
    if (this.#redirectCount === LIMITS.redirectsCount) {
      return this.#fail("redirect_refused", `there were more than ${LIMITS.redirectsCount} redirects`);
    }
    this.#redirectCount++;
    const target = targetOf(verdict.url);
    this.#moveTo(target.origin);
    this.#target = target;
    this.#status = null;
    this.#head = NO_HEAD;
    this.#chunks.length = 0;
    this.#byteCount = 0;
    this.#hopSent = false;
    this.#replaced = false;
    this.begin();
  }

  #answer(status: number): void {
    const [first] = this.#chunks;
    const isWhole = first !== undefined && first.length === this.#byteCount;
    const body = isWhole ? first : Buffer.concat(this.#chunks, this.#byteCount);
    const headers = joinHeaders(this.#head);
    const encoding = headers["content-encoding"];
    if (encoding === undefined || isPlain(encoding)) {
      this.#finish({ kind: "answered", status, headers, body: body.toString("utf8") });
      return;
    }
    void this.#answerDecoded(status, headers, body, encoding);
  }

  async #answerDecoded(
    status: number,
    headers: Record<string, string>,
    body: Buffer,
    encoding: string,
  ): Promise<void> {
    const decoded = await decodeBody(body, encoding, this.#request.responseBytesMax);
    switch (decoded.kind) {
      case "decoded":
        return this.#finish({ kind: "answered", status, headers, body: decoded.text });
      case "too_large":
        return this.#failTooLarge();
      case "unknown_encoding":
        return this.#fail("protocol", `the answer's content-encoding ${quote(encoding)} is not known`);
      case "damaged":
        return this.#fail("protocol", `the answer is not what its content-encoding ${quote(encoding)} says`);
    }
  }

  #failTooLarge(): void {
    const { responseBytesMax, ruled } = this.#request;
    const rule = ruled.size ? "answer_size" : undefined;
    this.#fail("too_large", `the answer is larger than ${responseBytesMax} bytes`, rule);
  }

  #fail(code: EgressFailureCode, reason: string, rule?: EgressLimitRule): void {
    const why = rule === undefined ? "" : `, which is a limit of the egress policy (${rule})`;
    const message = `Cannot ${this.#request.method} ${this.#target.shown}: ${reason}${why}.`;
    const failed = { kind: "failed", code, message, status: this.#status } as const;
    this.#finish(rule === undefined ? failed : { ...failed, rule });
  }

  #finish(outcome: EgressOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#chunks.length = 0;
    this.#world.deadlines.remove(this);
    if (this.#request.signal !== undefined) this.#world.cancellation.unwatch(this.#request.signal, this);
    // Cuts the connection when the exchange was given up half-way.
    this.#controller?.abort(new Error("given up"));
    this.#controller = null;
    this.#place.leave();
    this.#world.turns.leave(this);
    this.#world.ended();
    this.#settle(outcome);
  }
}

const NO_HEAD: ResponseHead = {};

/** A word of the answer, as much of it as a message needs: the app chose it, and it may be as long as a head. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function joinValues(value: string | string[]): string {
  return typeof value === "string" ? value : value.join(", ");
}

/** Header names are in lower case already; repeated ones come as arrays. */
function joinHeaders(head: ResponseHead): Record<string, string> {
  for (const name in head) {
    if (typeof head[name] !== "string") return joinRepeated(head);
  }
  // Every value was just seen to be a string.
  return head as Record<string, string>;
}

function joinRepeated(head: ResponseHead): Record<string, string> {
  const joined: [string, string][] = [];
  for (const [name, value] of Object.entries(head)) {
    if (value !== undefined) joined.push([name, joinValues(value)]);
  }
  return Object.fromEntries(joined);
}
