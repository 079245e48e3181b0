import { errors, jwtVerify, SignJWT } from "jose";
import type { JWTPayload, JWTVerifyOptions } from "jose";
import type { Digest, RunId } from "@holdfast/protocol";
import { isUlid, LIMITS } from "@holdfast/protocol";
import type { Ids, Random } from "#kernel";
import type { Tokens } from "./contract.ts";

export interface TokensDeps {
  /** What keys are derived from: the first signs, all are accepted. None: the tokens end with the process (development only). */
  readonly secrets: () => readonly string[];
  readonly environment: string;
  /** The account and the environment as the protocol has them, UUIDs (wire-protocol 1.5). */
  readonly accountId: string;
  readonly environmentId: string;
  readonly digest: Digest;
  readonly random: Random;
  readonly ids: Ids;
}

const OUTPUT_ISSUER = "api.inngest.com";
const STREAM_ISSUER = "rt.inngest.com";
/** Marks a token that speaks of one run. */
const RUN_SUBJECT = "run";
/** The topic under which the raw stream of a run is passed on. */
const STREAM_TOPIC = "$stream";

/** What the tokens' keys are made for: each has keys of its own, and none says anything about the signing key. */
const OUTPUT_PURPOSE = "holdfast token: output of a run";
const STREAM_PURPOSE = "holdfast token: stream of a run";

/**
 * Tokens that let the caller of a durable endpoint read what became of his own request, and nothing else (wire-protocol
 * 16.3, 16.5, 17.2): JSON Web Tokens (RFC 7519) under HS256, with keys derived from the signing keys, so that they are
 * good on every node, and after a restart.
 */
export function createTokens(deps: TokensDeps): Tokens {
  const { accountId, digest, environment, environmentId, ids } = deps;
  const own = Buffer.from(deps.random.bytes(32)).toString("hex");
  // Anew each time: keys come and go.
  const derived = (purpose: string): readonly Uint8Array[] => {
    const secrets = deps.secrets();
    return (secrets.length === 0 ? [own] : secrets).map((secret) =>
      Buffer.from(digest.hmacSha256Hex(secret, purpose), "hex"),
    );
  };

  return {
    output: (runId, nowMs) =>
      issue(
        { env: environment, run_id: runId },
        derived(OUTPUT_PURPOSE),
        nowMs,
        LIMITS.endpointOutputTokenMs,
        (token) => token.setIssuer(OUTPUT_ISSUER).setSubject(RUN_SUBJECT),
      ),
    async checkOutput(token, runId, nowMs) {
      const claims = await read(
        token,
        derived(OUTPUT_PURPOSE),
        { issuer: OUTPUT_ISSUER, subject: RUN_SUBJECT },
        nowMs,
      );
      return claims !== null && claims["run_id"] === runId && claims["env"] === environment;
    },
    stream: (runId, nowMs) =>
      issue(
        {
          env: environmentId,
          topics: [{ kind: "run", env_id: environmentId, channel: runId, name: STREAM_TOPIC }],
          publish: false,
        },
        derived(STREAM_PURPOSE),
        nowMs,
        LIMITS.streamTokenMs,
        (token) => token.setIssuer(STREAM_ISSUER).setSubject(accountId).setJti(ids.request()),
      ),
    async checkStream(token, nowMs) {
      const claims = await read(
        token,
        derived(STREAM_PURPOSE),
        { issuer: STREAM_ISSUER, subject: accountId },
        nowMs,
      );
      return claims === null || claims["env"] !== environmentId ? null : channelOf(claims["topics"]);
    },
  };
}

function issue(
  claims: JWTPayload,
  keys: readonly Uint8Array[],
  nowMs: number,
  lifetimeMs: number,
  complete: (token: SignJWT) => SignJWT,
): Promise<string> {
  const seconds = Math.floor(nowMs / 1000);
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetimeMs / 1000);
  // There is one at least: see where they are derived.
  return complete(token).sign(keys[0] as Uint8Array);
}

/** The claims of a token that is good now, or null. */
async function read(
  token: string,
  keys: readonly Uint8Array[],
  expected: Pick<JWTVerifyOptions, "issuer" | "subject">,
  nowMs: number,
): Promise<JWTPayload | null> {
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, {
        ...expected,
        algorithms: ["HS256"],
        currentDate: new Date(nowMs),
        requiredClaims: ["exp", "iat"],
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
  }
  return null;
}

/** The one run whose stream the topics name, or null. */
function channelOf(topics: unknown): RunId | null {
  const [topic] = Array.isArray(topics) ? (topics as readonly unknown[]) : [];
  if (typeof topic !== "object" || topic === null) return null;
  const { channel, name } = topic as { channel?: unknown; name?: unknown };
  return name === STREAM_TOPIC && typeof channel === "string" && isUlid(channel) ? (channel as RunId) : null;
}
