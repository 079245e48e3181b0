import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const devClockAdvance: Command = {
  summary: "Move a development server's time ahead: sleeps and retries that end by then go on at once.",
  usage: "<duration>",
  examples: ["holdfast dev clock advance 2h", "holdfast dev clock advance 3d12h"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../dev-clock.ts")).advanceClock(invocation),
};
