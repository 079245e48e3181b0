import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Digest } from "@holdfast/protocol";
import { parseSigningKey } from "@holdfast/protocol";
import type {
  RequestSigner,
  RequestVerdict,
  RequestVerifier,
  SignatureMode,
} from "../../packages/sdk/src/signatures/contract.ts";
import { createServerKnowledge } from "../../packages/sdk/src/signatures/server-knowledge.ts";
import { createSigner } from "../../packages/sdk/src/signatures/signer.ts";
import { createVerifier } from "../../packages/sdk/src/signatures/verifier.ts";
import type { Answer, HeardRequest } from "./listener.ts";
import { startListener } from "./listener.ts";
import { registrationOf } from "./registration.ts";
import { SERVE_PATH } from "./test-app.ts";
import type { ServerPlace } from "./test-server.ts";

/** An app that signs and verifies as our SDK does, and whose answers a test writes and may spoil on their way. */
export interface SigningApp extends AsyncDisposable {
  readonly id: string;
  readonly url: string;
  readonly signer: RequestSigner;
  /** Everything that arrived, refused or not. */
  readonly heard: readonly HeardRequest[];
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  /** Calls that were let in, in order. */
  readonly calls: readonly HeardRequest[];
  /** Sends a request to the server's API, signed. */
  ask(method: "GET" | "POST" | "DELETE", path: string, body?: string): Promise<ApiExchange>;
  /** Posts the registration. */
  register(capabilities?: Readonly<Record<string, unknown>>): Promise<ApiExchange>;
}

/** A request to the server's API and what came of it. */
export interface ApiExchange {
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** What the signer makes of the answer. */
  readonly verdict: string;
}

export interface SigningAppOptions {
  readonly server: ServerPlace;
  readonly id: string;
  readonly mode?: SignatureMode;
  readonly serverKeys?: readonly string[];
  readonly retries?: number;
  /** The function `work` answers the n-th call so, counted from 0: status and JSON text. */
  readonly answer: (count: number) => { readonly status: number; readonly body: string };
  /** What becomes of an answer on its way to the server. */
  readonly spoil?: (answer: Answer, count: number) => Answer;
  /** What becomes of a request on its way to the app. */
  readonly mangle?: (request: HeardRequest) => HeardRequest;
}

const digest: Digest = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
  hmacSha256Hex(key, ...parts) {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  equal(left, right) {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};

const world = {
  now: () => Date.now(),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  digest,
};

const SDK = { "x-inngest-sdk": "holdfast-js:v0.1.0", "content-type": "application/json" };

/** What verifies a server's requests as an app of this name does. */
export function verifierOf(server: ServerPlace, app: string): RequestVerifier {
  const keys = [parseSigningKey(server.signingKey ?? "")];
  return createVerifier({ app, environment: "", keys, mode: "auto", world });
}

export async function startSigningApp(options: SigningAppOptions): Promise<SigningApp> {
  const { id, server, serverKeys = [] } = options;
  const knowledge = createServerKnowledge();
  const keys = [parseSigningKey(server.signingKey ?? "")];
  const shared = { app: id, environment: "", keys, knowledge, mode: options.mode ?? "auto", world } as const;
  const verifier = createVerifier({ ...shared, serverKeys });
  const signer = createSigner(shared);
  const refusals: string[] = [];
  const calls: HeardRequest[] = [];
  const capability = { signatures: serverKeys.length > 0 ? "v2-ed25519" : "v2" };

  const answerTo = async (
    verdict: RequestVerdict & { ok: true },
    said: Answer & { body: string },
  ): Promise<Answer> => {
    const headers = { ...SDK, ...said.headers };
    return { ...said, headers: { ...headers, ...(await verdict.signAnswer({ ...said, headers })) } };
  };

  const listener = await startListener(async (arrived) => {
    const request = options.mangle?.(arrived) ?? arrived;
    const { body, headers, method, url } = request;
    const header = (name: string): string | null => {
      const value = headers[name];
      return typeof value === "string" ? value : null;
    };
    const verdict = await verifier.verify({ method, target: url, header }, Buffer.from(body));
    if (!verdict.ok) {
      refusals.push(verdict.reason);
      return { status: 401, body: '{"message":"Unauthorized"}' };
    }
    if (method === "PUT") {
      const whole = registration();
      const inBand = { ...whole, app_id: id, capabilities: capability, sdk: "js:v4.24.0" };
      return answerTo(verdict, {
        status: 200,
        headers: { "x-inngest-sync-kind": "in_band" },
        body: JSON.stringify(inBand),
      });
    }
    const count = calls.push(request) - 1;
    const answer = await answerTo(verdict, {
      ...options.answer(count),
      headers: { "x-inngest-req-version": "2" },
    });
    return options.spoil?.(answer, count) ?? answer;
  });
  const appUrl = listener.origin + SERVE_PATH;

  function registration(): Readonly<Record<string, unknown>> {
    return registrationOf(id, appUrl, ["work"], {
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${appUrl}?fnId=${id}-work&stepId=step` },
          retries: { attempts: options.retries ?? 1 },
        },
      },
    });
  }

  async function ask(method: "GET" | "POST" | "DELETE", path: string, body = ""): Promise<ApiExchange> {
    const url = server.url + path;
    const sent = (await signer.headers({ method, url, body }, 0)) ?? {};
    const response = await fetch(url, { method, headers: sent, ...(method === "POST" ? { body } : {}) });
    const text = await response.text();
    const header = (name: string): string | null => response.headers.get(name);
    const judged = await signer.checkAnswer?.(sent, { status: response.status, header, body: text });
    const verdict = judged === undefined || judged.ok ? "ok" : judged.reason;
    return { sent, status: response.status, body: text, headers: response.headers, verdict };
  }

  return {
    id,
    url: appUrl,
    signer,
    heard: listener.heard,
    refusals,
    calls,
    ask,
    register: (capabilities = capability) =>
      ask("POST", "/fn/register", JSON.stringify({ ...registration(), capabilities })),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}
