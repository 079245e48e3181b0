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
    name: "runs list",
    summary: "List runs.",
    load: async () => (await import("./commands/runs-list.ts")).runsList,
  },
  {
    name: "runs get",
    summary: "Show a run.",
    load: async () => (await import("./commands/runs-get.ts")).runsGet,
  },
  {
    name: "runs trace",
    summary: "Show what happened in a run, as a timeline.",
    load: async () => (await import("./commands/runs-trace.ts")).runsTrace,
  },
  {
    name: "runs cancel",
    summary: "Cancel a run.",
    load: async () => (await import("./commands/runs-cancel.ts")).runsCancel,
  },
  {
    name: "runs rerun",
    summary: "Run a function again for the events of a run.",
    load: async () => (await import("./commands/runs-rerun.ts")).runsRerun,
  },
  {
    name: "runs stranded",
    summary: "List runs that stand still, and why.",
    load: async () => (await import("./commands/runs-stranded.ts")).runsStranded,
  },
  {
    name: "runs rescue",
    summary: "Wake a run that stands still, or end it.",
    load: async () => (await import("./commands/runs-rescue.ts")).runsRescue,
  },
  {
    name: "functions list",
    summary: "List functions, and which are paused.",
    load: async () => (await import("./commands/functions-list.ts")).functionsList,
  },
  {
    name: "functions pause",
    summary: "Pause a function.",
    load: async () => (await import("./commands/functions-pause.ts")).functionsPause,
  },
  {
    name: "functions resume",
    summary: "Let a paused function go on.",
    load: async () => (await import("./commands/functions-resume.ts")).functionsResume,
  },
  {
    name: "functions invoke",
    summary: "Start one function, whatever its triggers.",
    load: async () => (await import("./commands/functions-invoke.ts")).functionsInvoke,
  },
  {
    name: "signals send",
    summary: "Bring a signal to the run that waits for it.",
    load: async () => (await import("./commands/signals-send.ts")).signalsSend,
  },
  {
    name: "cancellations create",
    summary: "Cancel all runs of a stretch of time.",
    load: async () => (await import("./commands/cancellations-create.ts")).cancellationsCreate,
  },
  {
    name: "cancellations list",
    summary: "List the cancellations in force.",
    load: async () => (await import("./commands/cancellations-list.ts")).cancellationsList,
  },
  {
    name: "cancellations delete",
    summary: "Delete a cancellation.",
    load: async () => (await import("./commands/cancellations-delete.ts")).cancellationsDelete,
  },
  {
    name: "keys sealing list",
    summary: "List the keys that stored data is sealed with.",
    load: async () => (await import("./commands/keys-sealing-list.ts")).keysSealingList,
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
    name: "keys public",
    summary: "Print the public keys by which apps know the server.",
    load: async () => (await import("./commands/keys-public.ts")).keysPublic,
  },
  {
    name: "keys sealing new",
    summary: "Make a key that seals payloads.",
    load: async () => (await import("./commands/keys-sealing-new.ts")).keysSealingNew,
  },
  {
    name: "decrypt",
    summary: "Open the sealed values of a JSON document.",
    load: async () => (await import("./commands/decrypt.ts")).decrypt,
  },
  {
    name: "version",
    summary: "Print the version.",
    load: async () => (await import("./commands/version.ts")).version,
  },
];
