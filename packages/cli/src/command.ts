import type { World } from "./world.ts";
import type { Report } from "./report.ts";

/** What an option takes: nothing, one text, or a text each time it is given. */
export type OptionKind = "boolean" | "text" | "list";

/** One option of a command. */
export interface CommandOption {
  /** Without dashes. */
  readonly name: string;
  readonly kind: OptionKind;
  readonly short?: string;
  /** Other names, accepted and not shown. */
  readonly aliases?: readonly string[];
  /** What to call the value in help: `URL`. */
  readonly value?: string;
  /** One sentence; help leaves out an option without one. */
  readonly summary?: string;
}

/** A command's options as they were given. A list is never empty. */
export type OptionValues = ReadonlyMap<string, true | string | readonly string[]>;

export interface Invocation {
  readonly options: OptionValues;
  /** Arguments that are no options. */
  readonly operands: readonly string[];
  readonly world: World;
  readonly report: Report;
}

/** A command: what its help says, and what it does. */
export interface Command {
  readonly summary: string;
  /** What follows the command's name: `<event> [--data JSON]`. */
  readonly usage: string;
  /** Lines a user could type as they stand. */
  readonly examples: readonly string[];
  readonly options: readonly CommandOption[];
  /** How many operands there may be. */
  readonly operandsMin: number;
  readonly operandsMax: number;
  /** Does the work. Returns the exit code; throws a `HoldfastError` for what goes wrong. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Options every command takes. */
export const GLOBAL_OPTIONS: readonly CommandOption[] = [
  { name: "json", kind: "boolean", summary: "Print one JSON document on stdout." },
  { name: "no-color", kind: "boolean", summary: "Print without colours." },
  { name: "quiet", short: "q", kind: "boolean", summary: "Print nothing but errors and what was asked for." },
  { name: "verbose", short: "v", kind: "boolean", summary: "Print more." },
  { name: "help", short: "h", kind: "boolean", summary: "Print this help." },
];

/** Options of every command that talks to a running server. */
export const SERVER_OPTIONS: readonly CommandOption[] = [
  {
    name: "url",
    kind: "text",
    value: "URL",
    summary: "The server. Default: HOLDFAST_URL, or http://127.0.0.1:8288.",
  },
  {
    name: "data-dir",
    kind: "text",
    value: "DIR",
    summary: "Take the keys from a server's data folder on this machine.",
  },
  {
    name: "signing-key-file",
    kind: "text",
    value: "FILE",
    summary: "Signing key. Default: HOLDFAST_SIGNING_KEY.",
  },
  {
    name: "operator-token-file",
    kind: "text",
    value: "FILE",
    summary: "Token, in the place of a key. Default: HOLDFAST_OPERATOR_TOKEN.",
  },
  {
    name: "env",
    kind: "text",
    value: "NAME",
    summary: "Environment, for a token. Default: HOLDFAST_ENV, or production.",
  },
];

/** Of commands that show payloads. */
export const REVEAL_OPTION: CommandOption = {
  name: "reveal",
  kind: "boolean",
  summary: "With a token: show payloads, if it may. The audit log will have it.",
};
