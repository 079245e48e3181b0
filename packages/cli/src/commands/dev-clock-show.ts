import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const devClockShow: Command = {
  summary: "Show what time it is for the events and runs of a development server.",
  usage: "",
  examples: ["holdfast dev clock show"],
  options: SERVER_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../dev-clock.ts")).showClock(invocation),
};
