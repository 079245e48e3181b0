import type { Digest, SignatureAlgorithm, SignedAnswer, SignedRequest } from "@holdfast/protocol";
import {
  base64Url,
  contentDigestMatches,
  formatAudience,
  formatServerKey,
  Header,
  hmacKey,
  parseAudience,
  readSignature,
  SIGNATURE_V2,
  signMessage,
} from "@holdfast/protocol";
import type { SigningKey } from "@holdfast/protocol";
import type { Random } from "#kernel";
import type { AnswerV2Verdict, MessageSignatures, OpenedRequest, RequestV2Verdict } from "./contract.ts";
import { ed25519Key } from "./ed25519.ts";
import type { NonceLedger } from "./nonce-ledger.ts";

export interface MessageSignaturesDeps {
  /** At least one. The first signs, all are accepted. */
  readonly signingKeys: readonly [SigningKey, ...SigningKey[]];
  readonly digest: Digest;
  readonly random: Random;
  readonly ledger: NonceLedger;
}

/** The server's side of Holdfast signatures v2 (docs/reference/signatures.md). */
export function createMessageSignatures(deps: MessageSignaturesDeps): MessageSignatures {
  const { digest, ledger, random, signingKeys } = deps;
  const [first] = signingKeys;
  const requestKey = hmacKey(first, "server-to-app", digest);
  const ed25519Keys = signingKeys.map((key) => ed25519Key(key, digest));
  const answerKeys = signingKeys.map((key) => hmacKey(key, "app-answer", digest));
  const ways = signingKeys.map((key) => ({
    requests: hmacKey(key, "app-to-server", digest),
    answers: hmacKey(key, "server-answer", digest),
  }));

  const signerOf = (alg: SignatureAlgorithm) =>
    alg === "ed25519" ? (ed25519Keys[0]?.signer ?? requestKey) : requestKey;

  function openRequest(request: Omit<SignedRequest, "kind">, nowMs: number): RequestV2Verdict {
    const { method, target } = request;
    const header = (name: string): string | null => request.header(name);
    const reading = readSignature({ kind: "request", method, target, header }, "api", nowMs);
    if (!reading.ok) return reading;
    const { alg, base, expiresAt, keyId, nonce, signature } = reading.signature;
    const way = ways.find(({ requests }) => requests.keyId === keyId && requests.alg === alg);
    if (way === undefined) return { ok: false, reason: "key" };
    if (way.requests.matches(base, signature) !== true) return { ok: false, reason: "mismatch" };
    const audience = parseAudience(header(Header.audience) ?? "");
    if (audience === null) return { ok: false, reason: "audience" };
    const opened: OpenedRequest = {
      keyId,
      app: audience.app,
      admit(body, atMs) {
        if (!contentDigestMatches(header(Header.contentDigest), body, digest)) return "digest";
        const verdict = ledger.admit(`${keyId}.${nonce}`, expiresAt + SIGNATURE_V2.skewMs, atMs);
        return verdict === "new" ? null : verdict;
      },
      signAnswer: (answer, body, atMs) =>
        signMessage({ tag: "answer", message: answer, body, nonce, nowMs: atMs }, way.answers, digest),
    };
    return { ok: true, request: opened };
  }

  return {
    publicKeys: ed25519Keys.map(({ publicKey }) => formatServerKey(publicKey)),
    signRequest({ alg, app, body, message, tag }, nowMs) {
      const nonce = base64Url(random.bytes(SIGNATURE_V2.nonceBytes));
      // A server has one environment, and so no name for it, as in the calls it makes (wire-protocol 5.2).
      const audience = formatAudience({ environment: "", app });
      const toSign = { tag, message, body, audience, nonce, nowMs };
      return { headers: signMessage(toSign, signerOf(alg), digest), nonce };
    },
    verifyAnswer(answer, body, nonce, nowMs) {
      return judgeAnswer(answer, body, nonce, nowMs);
    },
    openRequest,
  };

  function judgeAnswer(
    answer: SignedAnswer,
    body: string,
    sentNonce: string,
    nowMs: number,
  ): AnswerV2Verdict {
    const reading = readSignature(answer, "answer", nowMs);
    if (!reading.ok) return reading;
    const { alg, base, keyId, nonce, signature } = reading.signature;
    const key = answerKeys.find((each) => each.keyId === keyId && each.alg === alg);
    if (key === undefined) return { ok: false, reason: "key" };
    if (key.matches(base, signature) !== true) return { ok: false, reason: "mismatch" };
    if (!contentDigestMatches(answer.header(Header.contentDigest), body, digest)) {
      return { ok: false, reason: "digest" };
    }
    // The answer to another call is as good as its signature, and says nothing about this one.
    return nonce === sentNonce ? { ok: true, keyId } : { ok: false, reason: "nonce" };
  }
}
