import type { MessageVerifier, ReadSignature, SignatureTag, SigningKey, V2Refusal } from "@holdfast/protocol";
import {
  contentDigestMatches,
  hasV2Signature,
  Header,
  HoldfastError,
  hmacKey,
  parseAudience,
  parseServerKey,
  readSignature,
  serverTag,
  sign,
  SIGNATURE_V2,
  signMessage,
} from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import { verifyCompat } from "./compat.ts";
import type {
  AnswerToSign,
  NonceMemory,
  RequestVerdict,
  RequestVerifier,
  SignatureMode,
} from "./contract.ts";
import { ed25519Verifier } from "./ed25519.ts";
import { createNonceMemory } from "./nonce-memory.ts";
import type { ServerKnowledge } from "./server-knowledge.ts";
import { createServerKnowledge } from "./server-knowledge.ts";

export interface VerifierOptions {
  /** Every one of them is accepted. */
  readonly keys: readonly SigningKey[];
  /** Public keys of the server, `ed25519:<key id>:<base64url>`. With one at least, nothing else counts. */
  readonly serverKeys?: readonly string[];
  readonly mode: SignatureMode;
  readonly world: Pick<World, "now" | "digest">;
  readonly app: string;
  /** Empty when the app does not know its name. */
  readonly environment: string;
  /** This process's own when absent. */
  readonly nonces?: NonceMemory;
  readonly knowledge?: ServerKnowledge;
}

type Request = Parameters<RequestVerifier["verify"]>[0];

/**
 * Verifies what the server sends, over the bytes as they came (docs/reference/signatures.md). A request with a v2
 * signature must be good as such: there is no second try by the protocol's own. Each counts once.
 *
 * @throws HoldfastError `key_invalid` for a public key that is none, `config_invalid` for public keys that `compat` would
 *   never use.
 */
export function createVerifier(options: VerifierOptions): RequestVerifier {
  const { app, environment, keys, mode, world } = options;
  const { digest } = world;
  const nonces = options.nonces ?? createNonceMemory(() => world.now());
  const knowledge = options.knowledge ?? createServerKnowledge();
  const serverKeys = (options.serverKeys ?? []).map((text) => parseServerKey(text, digest));
  const isPinned = serverKeys.length > 0;
  if (isPinned && mode === "compat") {
    throw new HoldfastError(
      "config_invalid",
      "Cannot verify with the server's public keys and take the protocol's own signature alone: public keys verify v2.",
      { next: "Leave serverKeys out, or set signatures to auto or strict." },
    );
  }
  const verifiers: readonly MessageVerifier[] = isPinned
    ? serverKeys.map(ed25519Verifier)
    : keys.map((key) => hmacKey(key, "server-to-app", digest));
  const answerKeys = keys.map((key) => hmacKey(key, "app-answer", digest));

  async function verifyV2(request: Request, body: Uint8Array): Promise<RequestVerdict> {
    const { method, target } = request;
    const header = (name: string): string | null => request.header(name);
    const tag = serverTag(request);
    const reading = readSignature({ kind: "request", method, target, header }, tag, world.now());
    if (!reading.ok) return reading;
    const { signature } = reading;
    const refusal = await refusalOf(signature, tag, header, body);
    if (refusal !== null) return { ok: false, reason: refusal };
    knowledge.learnV2();
    return { ok: true, scheme: "v2", tag, signAnswer: async (answer) => signAnswer(answer, signature) };
  }

  async function refusalOf(
    { alg, base, expiresAt, keyId, nonce, signature }: ReadSignature,
    tag: SignatureTag,
    header: (name: string) => string | null,
    body: Uint8Array,
  ): Promise<V2Refusal | "nonce_memory_failed" | null> {
    // The algorithm is the key's, not the sender's: an HMAC under a public key would be anybody's.
    const verifier = verifiers.find((each) => each.keyId === keyId && each.alg === alg);
    if (verifier === undefined) return "key";
    if (!(await verifier.matches(base, signature))) return "mismatch";
    if (!contentDigestMatches(header(Header.contentDigest), body, digest)) return "digest";
    if (!isForUs(header(Header.audience), tag)) return "audience";
    // Last, so that only what is good otherwise takes room.
    try {
      return (await nonces.seen(`${keyId}.${nonce}`, expiresAt + SIGNATURE_V2.skewMs)) ? "replay" : null;
    } catch {
      // Without its memory a call may be a repeated one. What is wrong there is for its owner to log.
      return "nonce_memory_failed";
    }
  }

  /**
   * A server that asks who is there does not know the app's name yet, and one that has an endpoint go on knows its origin
   * only; whoever calls a function does know.
   */
  function isForUs(text: string | null, tag: SignatureTag): boolean {
    const audience = parseAudience(text ?? "");
    if (audience === null) return false;
    const isOurApp = audience.app === app || (audience.app === "" && tag !== "call");
    const isOurEnvironment =
      audience.environment === environment || audience.environment === "" || environment === "";
    return isOurApp && isOurEnvironment;
  }

  /** The answer, under the key the request came with, where it is one that the app has too. */
  function signAnswer(
    answer: AnswerToSign,
    { keyId, nonce }: ReadSignature,
  ): Readonly<Record<string, string>> {
    const key = answerKeys.find((each) => each.keyId === keyId) ?? answerKeys[0];
    // An app that holds public keys only has nothing to sign with.
    if (key === undefined) return {};
    const { body, headers, status } = answer;
    const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const header = (name: string): string | null => byName.get(name) ?? null;
    const message = { kind: "answer", status, header } as const;
    return signMessage({ tag: "answer", message, body, nonce, nowMs: world.now() }, key, digest);
  }

  function verifyOwn(request: Request, body: Uint8Array): RequestVerdict {
    const header = request.header(Header.signature);
    const verdict = verifyCompat(header, body, keys, world.now(), digest, mode === "compat");
    if (!verdict.ok) return verdict;
    return {
      ok: true,
      scheme: "compat",
      signAnswer: async (answer) => ({
        [Header.signature]: sign(answer.body, verdict.key, world.now(), digest),
      }),
    };
  }

  return {
    capability: capabilityOf(mode, isPinned, answerKeys.length > 0),
    get expectsV2() {
      return mode === "strict" || isPinned || (mode === "auto" && knowledge.speaksV2);
    },
    async verify(request, body) {
      if (mode !== "compat" && hasV2Signature(request)) return verifyV2(request, body);
      if (mode === "strict" || isPinned) return { ok: false, reason: "missing" };
      return verifyOwn(request, body);
    },
  };
}

/** An app without a signing key cannot sign its answers, and must not promise to. */
function capabilityOf(
  mode: SignatureMode,
  isPinned: boolean,
  canSign: boolean,
): NonNullable<RequestVerifier["capability"]> | null {
  if (mode === "compat" || !canSign) return null;
  return isPinned ? "v2-ed25519" : "v2";
}
