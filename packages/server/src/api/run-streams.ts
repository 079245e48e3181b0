import type { Readable } from "node:stream";
import { HoldfastError, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { plaintextRefused, streamValues } from "#payloads";
import type { ApiContext } from "./context.ts";
import { sendError, tokenRefused } from "./errors.ts";

/** How far a reader may fall behind, and how often a silent stream shows that it lives. */
const BEHIND_BYTES_MAX = 4 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;

/** How long after its run a stream may still bring what was on its way. */
const AFTER_END_MS = 2_000;

/** The length of a channel's name. */
const CHANNEL_CHARS_MAX = 256;

/**
 * The stream of a durable endpoint that went on without its caller (wire-protocol 16.5): the app sends the bytes of
 * server-sent events, and whoever was sent on by the app reads them as they come. Nothing is kept.
 */
export function runStreamRoutes(app: FastifyInstance, context: ApiContext): void {
  const { channels, executor, machineClock, payloads, realtime, tokens } = context;
  const open = new Set<() => void>();
  app.addHook("preClose", (done) => {
    for (const end of open) end();
    done();
  });

  app.get<{ Querystring: { token?: string } }>(
    "/v1/realtime/sse",
    { config: { access: "run-token" } },
    async (request, reply) => {
      void reply.header("access-control-allow-origin", "*");
      const token = tokenOf(request);
      const runId = token === "" ? null : await tokens.checkStream(token, machineClock.now());
      if (runId === null) return sendError(reply, tokenRefused());
      const leave = channels.subscribe(runId, (bytes) => {
        if (response.writableLength > BEHIND_BYTES_MAX) end();
        else response.write(bytes);
      });
      if (leave === null)
        return sendError(
          reply,
          new HoldfastError("rate_limited", "The stream has as many readers as it may have."),
        );
      const response = reply.raw;
      reply.hijack();
      request.raw.socket.setTimeout(0);
      response.writeHead(200, {
        ...definedHeaders(reply.getHeaders()),
        "content-type": "text/event-stream; charset=utf-8",
        "x-accel-buffering": "no",
        // One connection for each stream: a server that stops need not wait for a next request on it.
        connection: "close",
      });
      let heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      function beat(): void {
        response.write(":\n\n");
        heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      }
      const limit = machineClock.after(LIMITS.streamMs, end);
      let afterEnd = { cancel(): void {} };
      const unfollow = realtime.follow({ runId, kinds: new Set(["run.ended"]) }, endSoon);
      function endSoon(): void {
        afterEnd.cancel();
        afterEnd = machineClock.after(AFTER_END_MS, end);
      }
      function end(): void {
        leave?.();
        unfollow();
        afterEnd.cancel();
        heartbeat.cancel();
        limit.cancel();
        open.delete(end);
        response.end();
      }
      open.add(end);
      response.once("close", end);
      // The head goes out with the first bytes: the reader learns that it is heard from now on.
      response.write(":\n\n");
      // Looked at after it is followed, so that an end in between is not missed.
      const view = await executor.view(runId);
      if (view !== null && view.end !== null && open.has(end)) endSoon();
      return reply;
    },
  );

  app.post<{ Querystring: { channel?: string } }>(
    "/v1/realtime/publish/tee",
    { config: { access: "signing-key", permission: null, isForApps: true, streamed: true } },
    async (request, reply) => {
      const { channel = "" } = request.query;
      if (channel === "" || channel.length > CHANNEL_CHARS_MAX)
        throw new HoldfastError("request_invalid", "The query must name the channel.");
      // The route takes its body as it comes. A request without one has no stream.
      const body = request.body as Readable | undefined;
      if (body === undefined) return reply.code(200).send("");
      // An app sends when it has something to say; one that never ends its request is not waited for any longer than this.
      request.raw.socket.setTimeout(LIMITS.streamMs);
      const cut = (): void => void body.destroy();
      open.add(cut);
      try {
        if (request.v2 === null && payloads.isOpen) {
          await passOn(body, (bytes) => channels.publish(channel, bytes));
        } else {
          // What was signed is the whole, and so is what is held against the rules for payloads: none of it is passed on
          // before its end.
          const pieces: Buffer[] = [];
          await passOn(body, (bytes) => pieces.push(bytes));
          const whole = Buffer.concat(pieces);
          if (request.v2 !== null && !request.admitSigned(whole, reply)) return reply;
          const refusal = payloads.isOpen ? null : payloads.admit(streamValues(whole.toString("utf8")), null);
          if (refusal !== null) throw plaintextRefused(refusal);
          channels.publish(channel, whole);
        }
      } finally {
        open.delete(cut);
      }
      return reply.code(200).send("");
    },
  );
}

/**
 * Hands on what comes in until it ends, or is cut.
 *
 * @throws HoldfastError `body_too_large`
 */
async function passOn(body: Readable, publish: (bytes: Buffer) => void): Promise<void> {
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      // A request is a stream of bytes.
      const bytes = chunk as Buffer;
      sizeBytes += bytes.length;
      if (sizeBytes > LIMITS.streamTeeBytes) {
        throw new HoldfastError(
          "body_too_large",
          `The stream is cut: one request passes on at most ${LIMITS.streamTeeBytes} bytes.`,
        );
      }
      publish(bytes);
    }
  } catch (error) {
    // Whoever sent has gone, or this server stops: nobody is left to be told.
    if (!body.destroyed || isHoldfastError(error)) throw error;
  }
}

/** The token of the query, or of the header `Authorization`, which goes first (wire-protocol 17.1). */
function tokenOf(request: FastifyRequest<{ Querystring: { token?: string } }>): string {
  const { authorization = "" } = request.headers;
  return authorization.length > 8 ? authorization.slice(7) : (request.query.token ?? "");
}

function definedHeaders(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
