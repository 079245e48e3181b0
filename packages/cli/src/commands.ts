import type { Command } from "./command.ts";

/** A command in the table: enough for the list of commands without loading what it needs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of help. Each is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "dev",
    summary: "Run a development server on this machine.",
    load: async () => (await import("./commands/dev.ts")).dev,
  },
  {
    name: "dev clock show",
    summary: "Show what time it is for a development server.",
    load: async () => (await import("./commands/dev-clock-show.ts")).devClockShow,
  },
  {
    name: "dev clock advance",
    summary: "Move a development server's time ahead.",
    load: async () => (await import("./commands/dev-clock-advance.ts")).devClockAdvance,
  },
  {
    name: "start",
    summary: "Run a production server.",
    load: async () => (await import("./commands/start.ts")).start,
  },
  {
    name: "send",
    summary: "Send an event, and say which runs it started.",
    load: async () => (await import("./commands/send.ts")).send,
  },
  {
    name: "runs get",
    summary: "Show a run.",
    load: async () => (await import("./commands/runs-get.ts")).runsGet,
  },
  {
    name: "apps list",
    summary: "List the apps the server knows.",
    load: async () => (await import("./commands/apps-list.ts")).appsList,
  },
  {
    name: "apps sync",
    summary: "Have the server ask an app for its functions now.",
    load: async () => (await import("./commands/apps-sync.ts")).appsSync,
  },
  {
    name: "version",
    summary: "Print the version.",
    load: async () => (await import("./commands/version.ts")).version,
  },
];
