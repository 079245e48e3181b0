import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const send: Command = {
  summary: "Send an event, and say which runs it started.",
  usage: "<event> [--data JSON]",
  examples: [
    "holdfast send order/placed --data '{\"id\": 7}'",
    "holdfast send order/placed --data @order.json --id order-7",
    "holdfast send --file events.ndjson",
  ],
  options: [
    {
      name: "data",
      short: "d",
      kind: "text",
      value: "JSON",
      summary: "The event's data: JSON, @file, or - for stdin. Default: {}.",
    },
    { name: "user", kind: "text", value: "JSON", summary: "The event's user: JSON or @file." },
    {
      name: "id",
      kind: "text",
      value: "ID",
      summary: "An id that guards against starting the same runs twice.",
    },
    {
      name: "ts",
      kind: "text",
      value: "MS",
      summary: "When it happened, Unix ms. A future time delays its runs.",
    },
    {
      name: "file",
      kind: "text",
      value: "FILE",
      summary: "Events from a file: one JSON object a line, or one array. - for stdin.",
    },
    {
      name: "event-key-file",
      kind: "text",
      value: "FILE",
      summary: "Event key. Default: HOLDFAST_EVENT_KEY.",
    },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 0,
  operandsMax: 1,
  run: async (invocation) => (await import("../send-event.ts")).sendEvents(invocation),
};
