import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSpan } from "@holdfast/client";
import { createStyle } from "./style.ts";
import { traceLines } from "./trace-lines.ts";

const BEGIN = Date.parse("2026-11-26T10:00:00.000Z");
const at = (ms: number): string => new Date(BEGIN + ms).toISOString();
const style = createStyle({ color: false, ascii: true });

const span = (name: string, fields: Partial<TraceSpan>): TraceSpan => ({
  id: name,
  name,
  status: "COMPLETED",
  queuedAt: at(0),
  ...fields,
});

const root = (fields: Partial<TraceSpan>): TraceSpan =>
  span("Fulfil order", { endedAt: at(2400), durationMs: "2400", ...fields });

test("traceLines() draws a line for each step, in scale, with its attempts indented", () => {
  const lines = traceLines(
    root({
      children: [
        span("reserve", {
          queuedAt: at(0),
          startedAt: at(600),
          endedAt: at(1200),
          durationMs: "600",
          queueMs: "600",
        }),
        span("wait", {
          queuedAt: at(1200),
          startedAt: at(1200),
          endedAt: at(1800),
          durationMs: "600",
          wait: { kind: "event", event: "order/paid", outcome: "timed_out" },
        }),
        span("capture", {
          queuedAt: at(1800),
          startedAt: at(1800),
          endedAt: at(2400),
          durationMs: "600",
          children: [
            span("Attempt 0", {
              status: "FAILED",
              queuedAt: at(1800),
              startedAt: at(1800),
              endedAt: at(1900),
              durationMs: "100",
              output: { name: "TypeError", message: "amount is undefined" },
            }),
          ],
        }),
      ],
    }),
    style,
    BEGIN,
  );
  assert.deepEqual(lines, [
    "  ok Fulfil order  completed  2.4 s",
    "",
    "       0 ms  ok reserve      ......######              600 ms  queued 600 ms",
    "      1.2 s  ok wait                     ......        600 ms  event order/paid - timed out",
    "      1.8 s  ok capture                        ######  600 ms",
    "             x    Attempt 0                    #       100 ms  TypeError: amount is undefined",
  ]);
});

test("traceLines() lets the bars of what is open end now, and says until when it waits", () => {
  const lines = traceLines(
    {
      ...span("Fulfil order", { status: "RUNNING" }),
      children: [
        span("nap", {
          status: "WAITING",
          startedAt: at(0),
          wait: { kind: "sleep", until: at(5000), outcome: "open" },
        }),
      ],
    },
    style,
    BEGIN + 1000,
  );
  assert.deepEqual(lines, [
    "  >  Fulfil order  running",
    "",
    "       0 ms  .. nap  ........................    sleep - until 2026-11-26T10:00:05.000Z",
  ]);
});

test("traceLines() shows the error of a failed run, and lets no control character of an app through", () => {
  const lines = traceLines(
    root({ status: "FAILED", output: { name: "Error", message: "no\u001b[2J\nway" } }),
    style,
    BEGIN,
  );
  assert.deepEqual(lines, ["  x  Fulfil order  failed  2.4 s", "      Error: no [2J way"]);
});
