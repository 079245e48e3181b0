import type { Egress, EgressOutcome, EgressRequest } from "#egress";
import type { VirtualTime } from "./virtual-time.ts";

/** A request that would go over the network. */
export interface OutgoingCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What came back. Header names may be in any case. */
export interface CallResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Stands for the network. A rejection is a connection that broke; its message is kept. */
export type Network = (call: OutgoingCall) => Promise<CallResult>;

/** Requests that are answered in this process, within the limits of real ones. Time is the virtual one. */
export function inProcessEgress(network: Network, time: VirtualTime): Egress {
  return { send: (request) => time.track(send(request)), close: () => Promise.resolve() };

  function send(request: EgressRequest): Promise<EgressOutcome> {
    const { method, url, body, timeoutMs, responseBytesMax, signal } = request;
    const { pathname, search } = new URL(url);
    const headers = { ...request.headers, ...request.sign?.(pathname + search) };
    return new Promise((resolve) => {
      const timeout = time.clock.after(timeoutMs, () =>
        settle(failed("timed_out", `No answer within ${timeoutMs} ms.`)),
      );
      const abort = (): void => settle(failed("aborted", "The request was given up."));
      function settle(outcome: EgressOutcome): void {
        timeout.cancel();
        signal?.removeEventListener("abort", abort);
        resolve(outcome);
      }
      if (signal?.aborted === true) return abort();
      signal?.addEventListener("abort", abort);
      network({ method, url, headers, body }).then(
        (answer) => settle(outcomeOf(answer, responseBytesMax)),
        (error: unknown) => settle(failed("reset", error instanceof Error ? error.message : String(error))),
      );
    });
  }
}

function outcomeOf({ status, headers, body }: CallResult, bytesMax: number): EgressOutcome {
  if (Buffer.byteLength(body) > bytesMax) {
    return { ...failed("too_large", `The answer has more than ${bytesMax} bytes.`), status };
  }
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { kind: "answered", status, headers: Object.fromEntries(lower), body };
}

function failed(
  code: "timed_out" | "aborted" | "reset" | "too_large",
  message: string,
): EgressOutcome & { readonly kind: "failed" } {
  return { kind: "failed", code, message, status: null };
}
