import type { RequestVerifier } from "../../signatures/contract.ts";
import type { Api, ApiAnswer, ClientState } from "../../client/contract.ts";
import type { Logger } from "../../logging/contract.ts";
import { passThrough } from "../../payloads/pass-through.ts";
import type { World } from "../../platform/contract.ts";
import { realWorld } from "../../platform/world.ts";
import { parseSigningKey, sign, verify } from "@holdfast/protocol";

export const TEST_KEY = `signkey-test-${"5a".repeat(32)}`;

/** What the API of a state was asked, in order. */
export type ApiRequest = Parameters<Api["request"]>[0];

export interface TestState {
  readonly state: ClientState;
  readonly asked: ApiRequest[];
  /** Lines of the log, as `<level>: <words>`. */
  readonly lines: string[];
}

/** A client's state in production mode with `TEST_KEY`, whose API answers as told. */
export function testState(
  changes: Partial<ClientState> = {},
  answer: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer> = () => ({
    status: 200,
    body: { ok: true, modified: true, status: 200 },
    headers: new Headers(),
  }),
): TestState {
  const asked: ApiRequest[] = [];
  const lines: string[] = [];
  const world = changes.world ?? realWorld();
  const state: ClientState = {
    app: "shop",
    appVersion: null,
    environment: "",
    mode: "production",
    apiOrigin: "http://server.test",
    eventOrigin: "http://server.test",
    signingKeys: [parseSigningKey(TEST_KEY)],
    verifier: compatVerifier(world),
    signer: { headers: () => Promise.resolve({}) },
    serveOrigin: null,
    servePath: null,
    streaming: false,
    isInBandSyncAllowed: true,
    middleware: [],
    stage: passThrough,
    logger: linesLogger(lines),
    world,
    api: {
      async request(request) {
        asked.push(request);
        return answer(request);
      },
    },
    functions: new Map(),
    ...changes,
  };
  return { state, asked, lines };
}

/** The value of the signature header for a body, made now with `TEST_KEY` or another key. */
export function signatureFor(body: string, key: string = TEST_KEY, atMs: number = realWorld().now()): string {
  return sign(body, parseSigningKey(key), atMs, realWorld().digest);
}

/** Verifies the signature that every server knows, over the bytes as they came. */
function compatVerifier(world: World): RequestVerifier {
  const keys = [parseSigningKey(TEST_KEY)];
  return {
    async verify(request, body) {
      const header = request.header("x-inngest-signature");
      const verdict = verify(header, body, keys, world.now(), world.digest);
      if (!verdict.ok) return verdict;
      return {
        ok: true,
        scheme: "compat",
        async signAnswer(answer) {
          return { "x-inngest-signature": sign(answer.body, verdict.key, world.now(), world.digest) };
        },
      };
    },
  };
}

function linesLogger(lines: string[]): Logger {
  const write =
    (level: string) =>
    (...words: readonly unknown[]): void => {
      lines.push(`${level}: ${words.map(String).join(" ")}`);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
