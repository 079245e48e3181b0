import type { SigningKey } from "@holdfast/protocol";
import {
  base64Url,
  bearerToken,
  contentDigestMatches,
  formatAudience,
  hasV2Signature,
  Header,
  hmacKey,
  readSignature,
  SIGNATURE_V2,
  signMessage,
} from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { AnswerToCheck, AnswerVerdict, RequestSigner, SignatureMode } from "./contract.ts";
import type { ServerKnowledge } from "./server-knowledge.ts";
import { createServerKnowledge } from "./server-knowledge.ts";

export interface SignerOptions {
  /** The first signs, and the second when the first is refused. None in development: nothing is signed. */
  readonly keys: readonly SigningKey[];
  readonly mode: SignatureMode;
  readonly world: Pick<World, "now" | "random" | "digest">;
  readonly app: string;
  readonly environment: string;
  /** Shared with the verifier, which learns from calls. */
  readonly knowledge?: ServerKnowledge;
}

/** Statuses with which a server may turn a request away before it has looked at its signature. */
const UNSIGNED_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 408, 413, 415, 429, 431]);

/**
 * Signs what the app sends to the server's API. A server that is not known yet gets both the bearer token, which is all that
 * others read, and a v2 signature. Once it has shown one of its own, nothing is sent any more that could be sent again.
 */
export function createSigner(options: SignerOptions): RequestSigner {
  const { app, environment, keys, mode, world } = options;
  const { digest } = world;
  const knowledge = options.knowledge ?? createServerKnowledge();
  const audience = formatAudience({ app, environment });
  const ways = keys.map((key) => ({
    bearer: { authorization: `Bearer ${bearerToken(key, digest)}` },
    requests: hmacKey(key, "app-to-server", digest),
    answers: hmacKey(key, "server-answer", digest),
  }));
  const isV2Expected = (): boolean => mode === "strict" || (mode === "auto" && knowledge.speaksV2);

  function judge(sent: Readonly<Record<string, string>>, answer: AnswerToCheck): AnswerVerdict {
    const input = sent[Header.messageSignatureInput];
    if (input === undefined) return { ok: true };
    if (!hasV2Signature(answer)) {
      const isRefusal = UNSIGNED_STATUSES.has(answer.status) || answer.status >= 500;
      return isRefusal || !isV2Expected() ? { ok: true } : { ok: false, reason: "missing" };
    }
    const { body, status } = answer;
    const header = (name: string): string | null => answer.header(name);
    const reading = readSignature({ kind: "answer", status, header }, "answer", world.now());
    if (!reading.ok) return reading;
    const { alg, base, keyId, nonce, signature } = reading.signature;
    const way = ways.find(({ answers }) => answers.keyId === keyId && answers.alg === alg);
    if (way === undefined) return { ok: false, reason: "key" };
    if (way.answers.matches(base, signature) !== true) return { ok: false, reason: "mismatch" };
    if (!contentDigestMatches(header(Header.contentDigest), body, digest)) {
      return { ok: false, reason: "digest" };
    }
    // The answer to another request of ours is as good as its signature, and says nothing about this one.
    if (!input.includes(`;nonce="${nonce}";`)) return { ok: false, reason: "nonce" };
    knowledge.learnV2();
    return { ok: true };
  }

  return {
    async headers({ body, method, url }, attempt) {
      const way = ways[attempt];
      if (way === undefined) return attempt === 0 ? {} : null;
      if (mode === "compat") return way.bearer;
      const { pathname, search } = new URL(url);
      const message = { kind: "request", method, target: pathname + search, header: () => null } as const;
      const nonce = base64Url(world.random(SIGNATURE_V2.nonceBytes));
      const signed = signMessage(
        { tag: "api", message, body, audience, nonce, nowMs: world.now() },
        way.requests,
        digest,
      );
      return isV2Expected() ? signed : { ...way.bearer, ...signed };
    },
    checkAnswer: async (sent, answer) => judge(sent, answer),
  };
}
