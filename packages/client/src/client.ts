import type { EventId, RunId } from "@holdfast/protocol";
import { Header, HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { Asking, Question } from "./asking.ts";
import { bearerOf } from "./bearer.ts";
import { isObject, request, requestJson } from "./exchange.ts";
import { followUpdates } from "./follow.ts";
import type { AccountMethods } from "./account-methods.ts";
import { accountMethods } from "./account-methods.ts";
import type { AdministrationMethods } from "./administration-methods.ts";
import { administrationMethods } from "./administration-methods.ts";
import type { ArrivalMethods } from "./arrival-methods.ts";
import { arrivalMethods } from "./arrival-methods.ts";
import type { EnvironmentMethods } from "./environment-methods.ts";
import { environmentMethods } from "./environment-methods.ts";
import type { FunctionMethods } from "./function-methods.ts";
import { functionMethods } from "./function-methods.ts";
import type { PeopleMethods } from "./people-methods.ts";
import { peopleMethods } from "./people-methods.ts";
import type { RunMethods } from "./run-methods.ts";
import { runMethods } from "./run-methods.ts";
import type {
  App,
  AppSync,
  EventToSend,
  FollowOptions,
  Health,
  Run,
  ServerClock,
  StoredEvent,
  Update,
} from "./shapes.ts";
import type { KeyMethods } from "./key-methods.ts";
import { keyMethods } from "./key-methods.ts";
import type { ServiceAccountMethods } from "./service-account-methods.ts";
import { serviceAccountMethods } from "./service-account-methods.ts";
import type { SessionMethods } from "./session-methods.ts";
import { sessionMethods } from "./session-methods.ts";
import type { SignInPolicyMethods } from "./sign-in-policy-methods.ts";
import { signInPolicyMethods } from "./sign-in-policy-methods.ts";
import type { SignalMethods } from "./signal-methods.ts";
import { signalMethods } from "./signal-methods.ts";
import type { DirectoryMethods, SsoMethods } from "./sso-methods.ts";
import { directoryMethods, ssoMethods } from "./sso-methods.ts";

/** Longest wait for an ordinary answer. */
const ANSWER_MS = 30_000;

/** What a development server accepts as event key; any other text would do as well. */
const DEV_EVENT_KEY = "dev";

export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:8288`. A path is kept: the server may live behind a prefix. */
  readonly url: string;
  /** Needed for everything but sending, unless the server is a development server. Sent as a hash, never as it is. */
  readonly signingKey?: string;
  /** Opens the operators' API in the place of a signing key, and events and runs as far as it was given them; a service account's, too. */
  readonly operatorToken?: string;
  /** The environment that a token or a page is about; a signing key belongs to one. */
  readonly environment?: string;
  /** Whether payloads are asked for, which tokens and pages see masked otherwise. It takes `payloads.read`, and is in the audit log. */
  readonly reveal?: boolean;
  /**
   * For a page of the server itself, in the place of any key: the browser sends the session's cookie, and whatever changes
   * something goes out as JSON with the session's `x-csrf`.
   */
  readonly page?: { readonly csrf: () => string | null };
  /** Needed for sending, unless the server is a development server, or a token or a page sends. */
  readonly eventKey?: string;
  /** Makes the requests; the global one when absent. */
  readonly fetch?: typeof fetch;
}

/** What `send` gives back: one id per event, in order. */
export interface SendResult {
  readonly ids: readonly EventId[];
}

/** Everything a client can ask. Each method throws a `HoldfastError` (see `request`) when it does not work out. */
export interface Client
  extends
    AccountMethods,
    AdministrationMethods,
    ArrivalMethods,
    DirectoryMethods,
    EnvironmentMethods,
    FunctionMethods,
    KeyMethods,
    PeopleMethods,
    RunMethods,
    ServiceAccountMethods,
    SessionMethods,
    SignInPolicyMethods,
    SignalMethods,
    SsoMethods {
  /** Sends events. When this returns they are on the server's disk. */
  send(events: EventToSend | readonly EventToSend[]): Promise<SendResult>;
  event(id: EventId): Promise<StoredEvent>;
  /** Runs the event started. */
  eventRuns(id: EventId): Promise<readonly Run[]>;
  run(id: RunId): Promise<Run>;
  cancel(id: RunId): Promise<void>;
  apps(): Promise<readonly App[]>;
  /** Has the server sync the app at this URL now. */
  syncApp(url: string): Promise<AppSync>;
  health(): Promise<Health>;
  /** The public keys by which apps recognise the server's calls, the one that signs first; none of a development server. */
  publicKeys(): Promise<readonly string[]>;
  /** What time it is for events and runs. Only a development server says: others throw `not_found`. */
  clock(): Promise<ServerClock>;
  /** Moves that time ahead by whole milliseconds, and returns what it is then. Development servers only, as `clock`. */
  advanceClock(ms: number): Promise<ServerClock>;
  /**
   * What happens on the server from now on, as it becomes durable. Ends when the signal aborts; throws
   * `server_unreachable` when the connection breaks and `request_failed` when the reader falls too far behind:
   * updates may have been missed then.
   */
  follow(options: FollowOptions, signal: AbortSignal): AsyncIterable<Update>;
}

/**
 * A client of one server.
 *
 * @example
 * ```ts
 * const client = createClient({ url: "http://127.0.0.1:8288" });
 * const { ids } = await client.send({ name: "order/placed", data: { id: 7 } });
 * ```
 *
 * @throws HoldfastError `config_invalid` when the URL cannot be used, `key_invalid` later when the signing key cannot.
 */
export function createClient(options: ClientOptions): Client {
  const origin = baseOf(options.url);
  let bearer: Promise<string> | undefined;

  const hasKey = options.page === undefined && options.operatorToken === undefined;
  const authorization = async (): Promise<Record<string, string>> => ({
    ...(await credentials()),
    ...(hasKey || options.environment === undefined ? {} : { [Header.environment]: options.environment }),
  });
  const credentials = async (): Promise<Record<string, string>> => {
    const csrf = options.page?.csrf() ?? null;
    if (options.page !== undefined) return csrf === null ? {} : { "x-csrf": csrf };
    if (options.operatorToken !== undefined) return { authorization: `Bearer ${options.operatorToken}` };
    if (options.signingKey === undefined) return {};
    bearer ??= bearerOf(options.signingKey);
    return { authorization: await bearer };
  };
  const reveal = !hasKey && options.reveal === true;
  /** From a page, what changes something is JSON even when it says nothing: a form of another site cannot send that. */
  const posed = (part: Question): Question => {
    if (part.method === "GET") return reveal ? { ...part, path: revealing(part.path) } : part;
    return options.page === undefined ? part : { ...part, body: part.body ?? {} };
  };
  const ask = async (part: Question): Promise<unknown> =>
    requestJson({
      ...posed(part),
      origin,
      fetch: options.fetch ?? fetch,
      headers: await authorization(),
      timeoutMs: ANSWER_MS,
    });
  /** For answers of our own server, whose shape is its promise: only the envelope is checked. */
  const askData = async <T>(part: Question): Promise<T> => {
    const answer = await ask(part);
    if (isObject(answer) && "data" in answer) {
      // The caller names the shape that this route is documented to answer with.
      return answer["data"] as T;
    }
    throw unexpected(part.purpose, origin);
  };

  const askClock = async (part: Omit<Question, "path">): Promise<ServerClock> => {
    let answer: unknown;
    try {
      answer = await ask({ ...part, path: "/dev/clock" });
    } catch (error) {
      if (!isHoldfastError(error, "not_found")) throw error;
      throw new HoldfastError("not_found", error.message, {
        cause: error,
        details: error.details,
        next: "Only a development server has a clock of its own: start one with holdfast dev.",
      });
    }
    if (isObject(answer)) {
      const { now, scale, offsetMs } = answer;
      if (typeof now === "number" && typeof scale === "number" && typeof offsetMs === "number")
        return { now, scale, offsetMs };
    }
    throw unexpected(part.purpose, origin);
  };
  const asking: Asking = {
    answer: ask,
    data: askData,
    async stream(part) {
      const { body } = await request({
        ...posed(part),
        origin,
        fetch: options.fetch ?? fetch,
        headers: await authorization(),
      });
      if (body !== null) return body;
      throw unexpected(part.purpose, origin);
    },
  };

  return {
    ...accountMethods(asking),
    ...administrationMethods(asking),
    ...arrivalMethods(asking),
    ...directoryMethods(asking),
    ...environmentMethods(asking),
    ...functionMethods(asking),
    ...keyMethods(asking),
    ...peopleMethods(asking),
    ...runMethods(asking),
    ...serviceAccountMethods(asking),
    ...sessionMethods(asking),
    ...signInPolicyMethods(asking),
    ...signalMethods(asking),
    ...ssoMethods(asking),
    async send(events) {
      const list: readonly unknown[] = Array.isArray(events) ? events : [events];
      const purpose = `send ${list.length} event${list.length === 1 ? "" : "s"}`;
      if (!hasKey && options.eventKey === undefined) {
        const ids: EventId[] = [];
        // A route for whoever has no event key takes one at a time.
        for (const event of list) {
          const part = { purpose, path: "/v2/events", method: "POST", body: event } as const;
          ids.push((await askData<{ readonly eventId: EventId }>(part)).eventId);
        }
        return { ids };
      }
      const answer = await requestJson({
        purpose,
        origin,
        fetch: options.fetch ?? fetch,
        path: `/e/${encodeURIComponent(options.eventKey ?? DEV_EVENT_KEY)}`,
        method: "POST",
        body: list,
        timeoutMs: ANSWER_MS,
      });
      const ids = isObject(answer) ? answer["ids"] : undefined;
      if (!Array.isArray(ids)) throw unexpected(purpose, origin);
      // The event API answers with the ids it gave.
      return { ids: ids as EventId[] };
    },
    event: (id) =>
      askData<StoredEvent>({
        purpose: `read event "${id}"`,
        path: `/v1/events/${encodeURIComponent(id)}`,
        method: "GET",
      }),
    eventRuns: (id) =>
      askData<readonly Run[]>({
        purpose: `read the runs of event "${id}"`,
        path: `/v1/events/${encodeURIComponent(id)}/runs`,
        method: "GET",
      }),
    run: (id) =>
      askData<Run>({
        purpose: `read run "${id}"`,
        path: `/v1/runs/${encodeURIComponent(id)}`,
        method: "GET",
      }),
    async cancel(id) {
      await ask({
        purpose: `cancel run "${id}"`,
        path: `/v1/runs/${encodeURIComponent(id)}`,
        method: "DELETE",
      });
    },
    apps: () => askData<readonly App[]>({ purpose: "list apps", path: "/holdfast/v1/apps", method: "GET" }),
    syncApp: (url) =>
      askData<AppSync>({
        purpose: `sync the app at ${url}`,
        path: "/holdfast/v1/apps/sync",
        method: "PUT",
        body: { url },
      }),
    async publicKeys() {
      const purpose = "ask for the server's public keys";
      const answer = await ask({ purpose, path: "/.well-known/holdfast-keys.json", method: "GET" });
      const keys = isObject(answer) ? answer["keys"] : undefined;
      if (Array.isArray(keys) && keys.every((key): key is string => typeof key === "string")) return keys;
      throw unexpected(purpose, origin);
    },
    async health() {
      const answer = await ask({ purpose: "ask for the server's health", path: "/health", method: "GET" });
      if (!isObject(answer) || typeof answer["status"] !== "number")
        throw unexpected("ask for the server's health", origin);
      return {
        status: answer["status"],
        message: typeof answer["message"] === "string" ? answer["message"] : "",
      };
    },
    clock: () => askClock({ purpose: "read the server's clock", method: "GET" }),
    advanceClock: (ms) =>
      askClock({
        purpose: `advance the server's clock by ${ms} ms`,
        method: "POST",
        body: { advanceMs: ms },
      }),
    follow: (filter, signal) =>
      followUpdates({
        origin,
        fetch: options.fetch ?? fetch,
        headers: authorization,
        filter,
        signal,
        reveal,
      }),
  };
}

/** The same path, asking for payloads where there are any. */
function revealing(path: string): string {
  if (!/^\/v[12]\//.test(path)) return path;
  return `${path}${path.includes("?") ? "&" : "?"}reveal=true`;
}

/** The URL without what no request may inherit from it. */
function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot use "${text}" as the server's address: it is not an http or https URL.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new HoldfastError(
      "config_invalid",
      `Cannot use the address of ${url.host}: it carries a user name or password.`,
      {
        next: "Give the keys apart from the address.",
      },
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function unexpected(purpose: string, origin: string): HoldfastError {
  return new HoldfastError(
    "request_failed",
    `Cannot ${purpose}: the answer of ${origin} has an unknown shape.`,
    {
      next: "Check that the address is a Holdfast server, of the same version as this client.",
    },
  );
}
