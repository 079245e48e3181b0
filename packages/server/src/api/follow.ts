import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { FollowFilter } from "#realtime";
import type { ApiContext } from "./context.ts";
import { visibleUpdate } from "./visible-update.ts";
import { runIdOf } from "./run-id.ts";

/** How far a follower may fall behind, and how often a silent stream shows that it lives. */
const BEHIND_BYTES_MAX = 4 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;

interface FollowQuery {
  readonly runId?: string;
  readonly kinds?: string;
  readonly data?: string;
}

/**
 * `GET /holdfast/v1/follow`: what becomes durable, as it does, as Server-Sent Events of one JSON document a line. Begins
 * with an event `following` once nothing can be missed any more; ends with an event `cut` for a follower that is too slow.
 * `runId` and `kinds` (a comma list of kinds of updates and journal entries) filter; `data=1` adds payloads.
 */
export function followRoutes(app: FastifyInstance, context: ApiContext): void {
  const { machineClock, realtime } = context;
  const open = new Set<() => void>();
  app.addHook("preClose", (done) => {
    for (const end of open) end();
    done();
  });

  app.get<{ Querystring: FollowQuery }>(
    "/holdfast/v1/follow",
    { config: { access: "signing-key" } },
    (request, reply) => {
      const { data, kinds, runId } = request.query;
      const filter: FollowFilter = {
        ...(runId === undefined ? {} : { runId: runIdOf(runId) }),
        ...(kinds === undefined ? {} : { kinds: new Set(kinds.split(",")) }),
      };
      reply.hijack();
      const response: ServerResponse = reply.raw;
      response.writeHead(200, {
        ...definedHeaders(reply.getHeaders()),
        "content-type": "text/event-stream; charset=utf-8",
        "x-accel-buffering": "no",
      });

      let heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      function beat(): void {
        response.write(":\n\n");
        heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      }
      const leave = realtime.follow(filter, (updates) => {
        if (response.writableLength > BEHIND_BYTES_MAX) {
          response.write("event: cut\ndata: {}\n\n");
          end();
          return;
        }
        response.write(
          updates
            .map((update) => `data: ${JSON.stringify(visibleUpdate(update, data === "1"))}\n\n`)
            .join(""),
        );
      });
      function end(): void {
        leave();
        heartbeat.cancel();
        open.delete(end);
        response.end();
      }
      open.add(end);
      response.once("close", end);
      response.write("event: following\ndata: {}\n\n");
    },
  );
}

function definedHeaders(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
