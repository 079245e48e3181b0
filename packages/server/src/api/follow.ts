import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { FollowFilter } from "#realtime";
import { mayHere } from "./callers/authorise-caller.ts";
import type { ApiContext } from "./context.ts";
import { payloadView } from "./payload-view.ts";
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
 * with an event `following` once nothing can be missed any more; ends with an event `cut` and `why`: for a follower that is too
 * slow (`behind`), or may not read it any more (`access`), which is looked at whenever there is something to tell.
 * `runId` and `kinds` (a comma list of kinds of updates and journal entries) filter; `data=1` adds payloads, for people and tokens
 * `reveal=true`.
 */
export function followRoutes(app: FastifyInstance, context: ApiContext): void {
  const { environment, handedOn, machineClock, realtime } = context;
  const open = new Set<() => void>();
  app.addHook("preClose", (done) => {
    for (const end of open) end();
    done();
  });

  app.get<{ Querystring: FollowQuery }>(
    "/holdfast/v1/follow",
    { config: { access: "signing-key", permission: "runs.read" } },
    (request, reply) => {
      const { data, kinds, runId } = request.query;
      const view = payloadView(request, context, { type: "api", id: "follow" });
      const withData = data === "1" && view.isShown;
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

      const admitted = handedOn.of(request.raw);
      /** Whoever follows may do so still: a role is taken away, or a session ends, while the stream is open. */
      function mayStill(): boolean {
        if (admitted === null) return true;
        const caller = admitted.again();
        const needed = ["runs.read", ...(withData ? (["payloads.read"] as const) : [])] as const;
        return caller !== null && needed.every((each) => mayHere(caller, each, environment) === "allowed");
      }

      let heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      function beat(): void {
        if (!mayStill()) {
          cut("access");
          return;
        }
        response.write(":\n\n");
        heartbeat = machineClock.after(HEARTBEAT_MS, beat);
      }
      const leave = realtime.follow(filter, (updates) => {
        const isBehind = response.writableLength > BEHIND_BYTES_MAX;
        if (isBehind || !mayStill()) {
          cut(isBehind ? "behind" : "access");
          return;
        }
        response.write(
          updates.map((update) => `data: ${JSON.stringify(visibleUpdate(update, withData))}\n\n`).join(""),
        );
      });
      function cut(why: "access" | "behind"): void {
        response.write(`event: cut\ndata: {"why":"${why}"}\n\n`);
        end();
      }
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
