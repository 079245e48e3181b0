import { HoldfastError, LIMITS, parseDuration } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";

/** The furthest that one request may move time ahead: ten years, leap days included. */
const ADVANCE_MS_MAX = 3653 * 24 * 60 * 60 * 1000;

/** `GET` and `POST /dev/clock`: what time it is for events and runs, and moving it ahead. Absent in production. */
export function developmentClockRoutes(app: FastifyInstance, { virtualTime: clock }: ApiContext): void {
  if (clock === null) return;
  const state = (): object => ({ now: clock.now(), scale: clock.scale, offsetMs: clock.offsetMs });
  const options = { config: { access: "signing-key", permission: null } } as const;

  app.get("/dev/clock", options, state);

  app.post("/dev/clock", options, (request) => {
    const ms = advanceOf(parseFields(request.body));
    // Nothing dated later than this is accepted as an event.
    if (clock.now() + ms > LIMITS.eventTimestampMaxMs) {
      throw new HoldfastError(
        "request_invalid",
        `Cannot advance the clock by ${ms} ms: it would pass ${new Date(LIMITS.eventTimestampMaxMs).toISOString()}.`,
      );
    }
    clock.advance(ms);
    return state();
  });
}

/**
 * How far a request wants to go, in ms: `{advanceMs: 7200000}` or `{advance: "2h"}`.
 *
 * @throws HoldfastError `request_invalid`, `duration_invalid`
 */
function advanceOf(fields: Readonly<Record<string, unknown>>): number {
  const { advance, advanceMs, ...others } = fields;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined || (advance === undefined) === (advanceMs === undefined)) {
    throw new HoldfastError(
      "request_invalid",
      'Cannot advance the clock: the body must have "advanceMs" or "advance", one of them and nothing else.',
    );
  }
  const ms = typeof advance === "string" ? parseDuration(advance) : advanceMs;
  if (typeof ms === "number" && Number.isInteger(ms) && ms >= 0 && ms <= ADVANCE_MS_MAX) return ms;
  throw new HoldfastError(
    "request_invalid",
    `Cannot advance the clock: "${advance === undefined ? "advanceMs" : "advance"}" must be ${advance === undefined ? "whole milliseconds" : "a duration such as 2h"}, not negative and at most ten years.`,
  );
}
