import type { Api, ClientState } from "../../client/contract.ts";
import type { FunctionRecord } from "../../functions/contract.ts";
import type { Logger } from "../../logging/contract.ts";
import { passThrough } from "../../payloads/pass-through.ts";
import type { ManualWorld } from "./manual-world.ts";
import { manualWorld } from "./manual-world.ts";

/** A client for tests: of the app `shop`, without keys, whose API answers 200 to everything. */
export function clientOf(given: Partial<ClientState> & { readonly world?: ManualWorld } = {}): ClientState {
  return {
    app: "shop",
    appVersion: null,
    environment: "",
    mode: "dev",
    apiOrigin: "http://127.0.0.1:8288",
    eventOrigin: "http://127.0.0.1:8288",
    signingKeys: [],
    verifier: null,
    signer: { headers: async () => ({}) },
    serveOrigin: null,
    servePath: null,
    streaming: false,
    isInBandSyncAllowed: false,
    middleware: [],
    stage: passThrough,
    logger: silentLogger,
    world: manualWorld(),
    api: apiOf(() => 200).api,
    functions: new Map<string, FunctionRecord>(),
    ...given,
  };
}

/** A request as an app's API was asked. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** An API that notes what it is asked, and answers by status. */
export function apiOf(
  answer: (request: ApiRequest) => number | { readonly status: number; readonly body: unknown },
): { readonly api: Api; readonly requests: ApiRequest[] } {
  const requests: ApiRequest[] = [];
  const api: Api = {
    async request({ method, path, body }) {
      const request = { method, path, body: body ?? "" };
      requests.push(request);
      const answered = answer(request);
      const { status, body: content } =
        typeof answered === "number" ? { status: answered, body: null } : answered;
      return { status, body: content, headers: new Headers() };
    },
  };
  return { api, requests };
}

/** A logger that keeps to itself. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
