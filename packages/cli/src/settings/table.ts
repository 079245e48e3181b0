import type { CommandOption, OptionKind } from "../command.ts";

/** A setting of a server: a flag, a variable and a line of the project file, all of one name. */
export interface Setting {
  /** The flag's name, and the key in the project file. The variable is `HOLDFAST_` and the name in capitals. */
  readonly name: string;
  readonly kind: OptionKind;
  readonly short?: string;
  readonly aliases?: readonly string[];
  readonly value?: string;
  readonly summary?: string;
  /** Variables that are read too, after our own and the `INNGEST_` one. */
  readonly variables?: readonly string[];
  /** Holds a secret: a flag gets a warning. The setting `<name>-file` names a file to read it from. */
  readonly secret?: true;
  /** Which command has it; both when absent. */
  readonly only?: "dev" | "start";
  /** Why it does nothing here: a line says so when it is set. */
  readonly ignored?: string;
  /** Why it cannot be accepted: to go on without it would put data elsewhere than asked. */
  readonly refused?: string;
}

const EMBEDDED_STORE = "this version keeps its data in the embedded store";
const NO_CONNECT = "this version has no Connect gateway";
const OTHER_STORE =
  "this version keeps its data in the embedded store only, and must not pretend to keep it elsewhere";

/** Every setting of `dev` and `start`, those of the Inngest command of the same name included. */
export const SETTINGS: readonly Setting[] = [
  { name: "host", kind: "text", value: "ADDRESS", summary: "Address to listen on. Default: 127.0.0.1." },
  { name: "port", kind: "text", short: "p", value: "PORT", summary: "Port to listen on. Default: 8288." },
  {
    name: "public-url",
    kind: "text",
    value: "URL",
    summary: "Where apps and people reach the server. Needed when it listens on more than this machine.",
    only: "start",
  },
  {
    name: "data-dir",
    kind: "text",
    value: "DIR",
    aliases: ["sqlite-dir"],
    summary: "Folder of the data. Default: .holdfast (dev), holdfast-data (start).",
  },
  {
    name: "sdk-url",
    kind: "list",
    short: "u",
    value: "URL",
    summary: "URL of an app. May be given several times.",
  },
  {
    name: "endpoint-origin",
    kind: "list",
    value: "ORIGIN",
    summary: "Origin whose durable endpoints may be called. May be given several times.",
  },
  { name: "no-discovery", kind: "boolean", summary: "Do not look for apps on this machine.", only: "dev" },
  { name: "no-poll", kind: "boolean", summary: "Never ask known apps again by the clock." },
  {
    name: "poll-interval",
    kind: "text",
    value: "SECONDS",
    summary: "Ask known apps again this often. Default: 0, never by the clock.",
  },
  {
    name: "retry-interval",
    kind: "text",
    value: "SECONDS",
    summary: "Fixed pause between attempts. Default: 0, longer each time.",
  },
  { name: "queue-workers", kind: "text", value: "COUNT", summary: "Calls under way at once. Default: 2000." },
  {
    name: "tick",
    kind: "text",
    value: "MS",
    summary: "Longest pause between two looks for due work. Default: 150.",
  },
  {
    name: "cron-catch-up",
    kind: "text",
    value: "COUNT",
    summary: "Occurrences of a cron trigger missed while the server was down to make good. Default: 0.",
  },
  {
    name: "payloads",
    kind: "text",
    value: "POLICY",
    summary: "What is taken for a payload: open, warn or sealed. Default: open.",
  },
  {
    name: "payload-clear-fields",
    kind: "list",
    value: "FIELD",
    summary: "Members of event data that may be in clear, for expressions and keys.",
  },
  {
    name: "payload-formats",
    kind: "list",
    value: "FORMAT",
    summary: "Formats of sealed payloads that are taken: holdfast, inngest. Default: both.",
  },
  {
    name: "time-scale",
    kind: "text",
    value: "FACTOR",
    summary: "Let time pass so many times as fast for events and runs. Default: 1.",
    only: "dev",
  },
  {
    name: "grace",
    kind: "text",
    value: "DURATION",
    summary: "How long calls under way may take to end when the server stops. Default: 30s.",
  },
  {
    name: "signing-key",
    kind: "list",
    value: "KEY",
    secret: true,
    only: "start",
    variables: ["INNGEST_SIGNING_KEY_FALLBACK"],
  },
  {
    name: "signing-key-file",
    kind: "list",
    value: "FILE",
    summary: "File of signing keys, one a line. The first signs. Default: made in the data folder.",
    variables: ["INNGEST_SIGNING_KEY_FALLBACK_FILE"],
    only: "start",
  },
  { name: "event-key", kind: "list", value: "KEY", secret: true, only: "start" },
  {
    name: "event-key-file",
    kind: "list",
    value: "FILE",
    summary: "File of event keys, one a line. Default: made in the data folder.",
    only: "start",
  },
  {
    name: "require-signatures",
    kind: "text",
    value: "VERSION",
    summary: "v2: take apps that sign as v2 has it, and no others. Default: auto, as each app can.",
    only: "start",
  },
  {
    name: "tls-cert",
    kind: "text",
    value: "FILE",
    summary: "Certificate chain (PEM) to serve https with. Read again when it changes.",
    only: "start",
  },
  { name: "tls-key", kind: "text", value: "FILE", summary: "Key of the certificate (PEM).", only: "start" },
  {
    name: "tls-client-ca",
    kind: "text",
    value: "FILE",
    summary: "Authority (PEM) whose certificate every client must show.",
    only: "start",
  },
  {
    name: "hsts-subdomains",
    kind: "boolean",
    summary: "Tell browsers to reach every name below the server's by https alone, too.",
    only: "start",
  },
  {
    name: "insecure-http",
    kind: "boolean",
    summary: "Serve plain http on more than this machine.",
    only: "start",
  },
  {
    name: "trusted-proxy",
    kind: "list",
    value: "RANGE",
    summary: "Address or range of a proxy whose word on client addresses counts.",
    only: "start",
  },
  {
    name: "allowed-host",
    kind: "list",
    value: "NAME",
    summary: "Further name by which the server may be called, such as a service's.",
    only: "start",
  },
  {
    name: "egress-mode",
    kind: "text",
    value: "MODE",
    summary: "Where requests may go: public, listed or any. Default: public, and what is listed.",
    only: "start",
  },
  {
    name: "egress-allow",
    kind: "list",
    value: "HOST",
    summary: "Host, address or range that apps may be at although it is not public.",
    only: "start",
  },
  {
    name: "egress-cert",
    kind: "text",
    value: "FILE",
    summary: "Certificate (PEM) that is shown to apps which ask for one. Read again when it changes.",
    only: "start",
  },
  {
    name: "egress-key",
    kind: "text",
    value: "FILE",
    summary: "Key of that certificate (PEM).",
    only: "start",
  },
  {
    name: "allow-plain-http",
    kind: "list",
    value: "HOST",
    summary: "Host of a private network whose apps may be called over plain http.",
    only: "start",
  },
  {
    name: "smtp-url-file",
    kind: "text",
    value: "FILE",
    summary: "File with the URL of a mail server, by which links can go to people.",
    only: "start",
  },
  {
    name: "mail-from",
    kind: "text",
    value: "ADDRESS",
    summary: "Address that mail comes from.",
    only: "start",
  },
  {
    name: "breached-passwords",
    kind: "text",
    value: "FILE",
    summary: "SHA-1 hashes of stolen passwords, in order. New passwords are looked up in it.",
    only: "start",
  },
  {
    name: "address-rate",
    kind: "text",
    value: "COUNT",
    summary: "Requests that one address may make in a second. Default: 1000.",
    only: "start",
  },
  {
    name: "backlog",
    kind: "text",
    value: "COUNT",
    summary: "Calls that may wait in one environment before new events are refused there. Default: 1000000.",
    only: "start",
  },
  {
    name: "disk-reserve",
    kind: "text",
    value: "MIB",
    summary: "Room on the disk that is kept for work that was acknowledged. Default: 256.",
    only: "start",
  },
  {
    name: "master-key-file",
    kind: "list",
    value: "FILE",
    summary: "Key that wraps secrets at rest; further files are keys it took over from.",
    only: "start",
  },
  {
    name: "master-key-command",
    kind: "text",
    value: "PROGRAM",
    summary: "Program that prints the master key, with its arguments, run without a shell.",
    only: "start",
  },
  {
    name: "key-quiet-time",
    kind: "text",
    value: "DURATION",
    summary: "How long a signing key must be unused before it is revoked. Default: 24h.",
    only: "start",
  },
  {
    name: "audit-retention",
    kind: "text",
    value: "DAYS",
    summary: "How many days audit logs are kept, 30 or more. Default: for ever.",
    only: "start",
  },
  {
    name: "allow-lan-without-password",
    kind: "boolean",
    summary: "Let everybody on the network use the development server.",
    only: "dev",
  },
  {
    name: "log-level",
    kind: "text",
    value: "LEVEL",
    summary: "debug, info, warn, error or silent. Default: warn (dev), info (start).",
    variables: ["LOG_LEVEL"],
  },
  // Satisfied as it is: data is always kept, and there is no user interface to leave out.
  { name: "persist", kind: "boolean" },
  { name: "no-ui", kind: "boolean" },
  { name: "database-url", kind: "text", refused: OTHER_STORE },
  { name: "postgres-uri", kind: "text", refused: OTHER_STORE },
  { name: "redis-uri", kind: "text", refused: OTHER_STORE },
  { name: "postgres-max-idle-conns", kind: "text", ignored: EMBEDDED_STORE },
  { name: "postgres-max-open-conns", kind: "text", ignored: EMBEDDED_STORE },
  { name: "postgres-conn-max-idle-time", kind: "text", ignored: EMBEDDED_STORE },
  { name: "postgres-conn-max-lifetime", kind: "text", ignored: EMBEDDED_STORE },
  { name: "connect-gateway-port", kind: "text", ignored: NO_CONNECT },
  { name: "connect-gateway-host", kind: "text", ignored: NO_CONNECT },
  { name: "connect-gateway-grpc-port", kind: "text", ignored: NO_CONNECT },
  { name: "connect-gateway-grpc-ip", kind: "text", ignored: NO_CONNECT },
  { name: "connect-executor-grpc-port", kind: "text", ignored: NO_CONNECT },
  { name: "connect-executor-grpc-ip", kind: "text", ignored: NO_CONNECT },
];

/** The options of a command that runs a server: its settings, and the file to read them from. */
export function serverOptions(command: "dev" | "start"): readonly CommandOption[] {
  const own = settingsOf(command).map(({ name, kind, short, aliases, value, summary }) => ({
    name,
    kind,
    ...(short === undefined ? {} : { short }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(value === undefined ? {} : { value }),
    ...(summary === undefined ? {} : { summary }),
  }));
  const config: CommandOption = {
    name: "config",
    kind: "text",
    value: "FILE",
    summary: "Project file. Default: the nearest holdfast.config.json or inngest.json.",
  };
  return [...own, config];
}

/** The settings that a command has. */
export function settingsOf(command: "dev" | "start"): readonly Setting[] {
  return SETTINGS.filter(({ only }) => only === undefined || only === command);
}
