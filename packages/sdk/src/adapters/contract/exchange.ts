import type { TestContext } from "node:test";
import type { AdapterOptions } from "../options.ts";

/** A request as it goes to an app, through whatever stands between. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back. Headers by lower-case name. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Send = (request: WireRequest) => Promise<WireAnswer>;

/** An adapter under test, behind the framework it is for or called as that framework calls it. */
export interface AdapterHarness {
  /** What stands in the list of tests. */
  readonly name: string;
  /** What registrations say. */
  readonly framework: string;
  /** Methods that reach the handler; the framework answers others by itself. */
  readonly methods: readonly string[];
  /** Whether answers are written as they come. */
  readonly streams: boolean;
  /** Whether requests come over a socket, with whatever their sender wrote. */
  readonly isOnSocket: boolean;
  /** Serves until the test ends. */
  readonly serve: (t: TestContext, options: AdapterOptions) => Promise<Send>;
}

export const ALL_METHODS = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "PATCH", "DELETE"] as const;

/** A web request, from a sender who names no host. */
export function webRequest({ method, target, headers, body }: WireRequest): Request {
  const { host = "shop.example", ...rest } = headers;
  const bare = method === "GET" || method === "HEAD";
  return new Request(`http://${host}${target}`, { method, headers: rest, ...(bare ? {} : { body }) });
}

/** What arrives of a web response: platforms send no body to who asked for the head. */
export async function webAnswer(response: Response, method: string): Promise<WireAnswer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: method === "HEAD" ? "" : await response.text(),
  };
}
