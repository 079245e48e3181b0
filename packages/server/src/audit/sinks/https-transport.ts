import type { Digest } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Clock } from "#kernel";
import type { SinkTransport } from "./contract.ts";

export interface HttpsTransportDeps {
  readonly url: string;
  /** As `makeSecret` made it. */
  readonly secret: string;
  readonly egress: Egress;
  readonly clock: Clock;
  readonly digest: Digest;
}

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** A secret that signs batches, in the form of Standard Webhooks. */
export function makeSecret(random: (count: number) => Uint8Array): string {
  return PREFIX + Buffer.from(random(SECRET_BYTES)).toString("base64");
}

/** Posts batches as JSON lines, signed as Standard Webhooks has it. Only an answer of 2xx says that they arrived. */
export function createHttpsTransport({
  clock,
  digest,
  egress,
  secret,
  url,
}: HttpsTransportDeps): SinkTransport {
  return {
    async send({ id, lines }, signal) {
      const body = `${lines.map(({ text }) => text).join("\n")}\n`;
      const outcome = await egress.send({
        method: "POST",
        url,
        headers: { "content-type": "application/x-ndjson" },
        sign: () => signatureHeaders({ id, body, secret, now: clock.now() }, digest),
        body,
        timeoutMs: TIMEOUT_MS,
        responseBytesMax: ANSWER_BYTES_MAX,
        signal,
      });
      if (outcome.kind === "failed") return outcome.message;
      const { status } = outcome;
      return status >= 200 && status < 300 ? null : `${new URL(url).host} answered ${status}.`;
    },
  };
}

/** Id, time (Unix seconds) and HMAC-SHA256 over both and the body, by which a receiver knows who sent it and when. */
export function signatureHeaders(
  of: { readonly id: string; readonly body: string; readonly secret: string; readonly now: number },
  digest: Digest,
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(of.now / 1000));
  const key = Buffer.from(of.secret.slice(PREFIX.length), "base64");
  const mac = digest.hmacSha256Hex(key, `${of.id}.${seconds}.${of.body}`);
  return {
    "webhook-id": of.id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${Buffer.from(mac, "hex").toString("base64")}`,
  };
}
