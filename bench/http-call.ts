import type { IncomingMessage } from "node:http";
import { Pool } from "undici";

/** What came back from one HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 60_000;

/** A keep-alive pool to one origin, as fast as this runtime offers: `dispatch`, no pipelining. */
export function httpPool(origin: string, connections: number): Pool {
  return new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
}

/** Sends one POST and reads the whole answer. Rejects when there is none. */
export function post(
  pool: Pool,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    pool.dispatch(
      { method: "POST", path, headers, body },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        // Most answers fit one chunk: only longer ones pay for a list.
        onResponseData(_controller, chunk) {
          if (first === undefined) first = chunk;
          else (rest ??= [first]).push(chunk);
        },
        onResponseEnd() {
          const whole = rest === undefined ? first : Buffer.concat(rest);
          resolve({ status, body: whole === undefined ? "" : whole.toString("utf8") });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

/** Reads the body of a request that arrived at a `node:http` server. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    request.on("data", (chunk: Buffer) => {
      if (first === undefined) first = chunk;
      else (rest ??= [first]).push(chunk);
    });
    request.on("end", () => {
      resolve(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest));
    });
    request.on("error", reject);
  });
}
