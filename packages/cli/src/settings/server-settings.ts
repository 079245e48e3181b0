import { HoldfastError } from "@holdfast/protocol";
import type { PayloadRules, ServerOptions } from "@holdfast/server";
import type { Resolution, Resolved } from "./resolve.ts";
import { durationMs, httpUrl, isSet, list, number, oneOf, text, wrongValue } from "./values.ts";

/** How a command will run its server: all of the options but the keys. */
export interface ServerSettings {
  readonly options: Omit<ServerOptions, "signingKeys" | "eventKeys" | "logTo">;
  readonly graceMs: number;
}

const DAY_SECONDS = 86_400;
const GRACE_MS = 30_000;
/** What the server takes. Said here too, so that a value outside is refused by the name of its setting. */
const TIME_SCALE_RANGE = { min: 0.001, max: 100_000 } as const;
const RETENTION_DAYS = { min: 30, max: 36_500 } as const;
/** What development servers ask at when nothing of this machine can tell of a change: the app is on another. */
const REMOTE_POLL_MS = 5000;

const LOG_LEVELS = {
  trace: "debug",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
  silent: "silent",
  off: "silent",
} as const;

const PAYLOAD_MODES = { open: "open", warn: "warn", sealed: "sealed" } as const;

const PAYLOAD_FORMATS = { holdfast: "holdfast", inngest: "inngest" } as const;

const EGRESS_MODES = { public: "public", listed: "listed", any: "any" } as const;

const REQUIRED_SIGNATURES = { v2: "v2", auto: "auto" } as const;
const SIGNATURE_POLICIES = { v2: "v2-only", auto: "auto" } as const;

/** What the server's package uses when nothing is set. */
export type ServerDefaults = Readonly<
  Record<"port" | "callSlots" | "tickMs" | "cronCatchUpMax" | "timeScale", number>
>;

/**
 * Turns settings into the server's options.
 *
 * @throws HoldfastError `usage_invalid`, `config_invalid`, or `public_url_missing` and `host_exposed` for an address that
 *   more than this machine can reach.
 */
export function serverSettings(
  command: "dev" | "start",
  { settings }: Resolution,
  defaults: ServerDefaults,
  isVerbose: boolean,
): ServerSettings {
  const get = (name: string): Resolved | undefined => settings.get(name);
  const isDev = command === "dev";
  const host = text(get("host")) ?? "127.0.0.1";
  const publicUrl = httpUrl(get("public-url"));
  const tls = tlsFiles(get);
  const mail = mailSettings(get);
  const shown = pairOf(get, ["egress-cert", "egress-key"], "show a certificate to apps");
  const trustedProxies = list(get("trusted-proxy"));
  const isGuarded = tls !== null || trustedProxies.length > 0 || isSet(get("insecure-http"));
  checkExposure(command, host, publicUrl, isSet(get("allow-lan-without-password")), isGuarded);
  const egressMode = oneOf(get("egress-mode"), EGRESS_MODES);
  const quietMs = durationMs(get("key-quiet-time"));
  const reserve = number(get("disk-reserve"), { min: 0, max: 1e9, unit: "MiB", whole: true });
  const backlog = number(get("backlog"), { min: 1, max: 1e9, unit: "calls", whole: true });
  const rate = number(get("address-rate"), { min: 1, max: 1e6, unit: "requests a second", whole: true });
  const breached = text(get("breached-passwords"));
  const retention = number(get("audit-retention"), { ...RETENTION_DAYS, unit: "days", whole: true });
  const required = oneOf(get("require-signatures"), REQUIRED_SIGNATURES);
  const sdkUrls = list(get("sdk-url")).map((url) => checkSdkUrl(get("sdk-url"), url));
  return {
    options: {
      mode: isDev ? "dev" : "production",
      host,
      port: number(get("port"), { min: 0, max: 65_535, unit: "port number", whole: true }) ?? defaults.port,
      dataDir: text(get("data-dir")) ?? (isDev ? ".holdfast" : "holdfast-data"),
      publicUrl,
      sdkUrls,
      endpointOrigins: list(get("endpoint-origin")).map((origin) =>
        checkOrigin(get("endpoint-origin"), origin),
      ),
      ...(required === null ? {} : { signatures: SIGNATURE_POLICIES[required] }),
      discovery: isDev && !isSet(get("no-discovery")),
      pollIntervalMs: pollInterval(isDev, get("poll-interval"), isSet(get("no-poll")), sdkUrls),
      retryIntervalMs: positiveMs(get("retry-interval")),
      callSlots:
        number(get("queue-workers"), { min: 1, max: 100_000, unit: "calls", whole: true }) ??
        defaults.callSlots,
      tickMs:
        number(get("tick"), { min: 1, max: 60_000, unit: "milliseconds", whole: true }) ?? defaults.tickMs,
      cronCatchUpMax:
        number(get("cron-catch-up"), { min: 0, max: 1000, unit: "occurrences", whole: true }) ??
        defaults.cronCatchUpMax,
      timeScale: number(get("time-scale"), { ...TIME_SCALE_RANGE, unit: "times" }) ?? defaults.timeScale,
      payloads: {
        mode: oneOf(get("payloads"), PAYLOAD_MODES) ?? "open",
        clearFields: names(list(get("payload-clear-fields"))),
        formats: formatsOf(get("payload-formats")),
      },
      ...(tls === null || tls === undefined ? {} : { tls }),
      ...(shown === null ? {} : { egressCertificate: shown }),
      ...(isSet(get("hsts-subdomains")) ? { hstsSubdomains: true } : {}),
      trustedProxies,
      allowedHosts: list(get("allowed-host")),
      egress: {
        ...(egressMode === null ? {} : { mode: egressMode }),
        allow: list(get("egress-allow")),
        plainHttp: list(get("allow-plain-http")),
      },
      ...(quietMs === null ? {} : { keyQuietMs: quietMs }),
      ...(reserve === null ? {} : { diskReserveBytes: reserve * 1024 * 1024 }),
      ...(backlog === null ? {} : { backlogMax: backlog }),
      ...(mail === null ? {} : { mail }),
      ...(breached === null ? {} : { breachedPasswords: breached }),
      ...(rate === null ? {} : { requestsPerSecond: rate }),
      ...(retention === null ? {} : { auditRetentionDays: retention }),
      logLevel: oneOf(get("log-level"), LOG_LEVELS) ?? (isVerbose ? "debug" : isDev ? "warn" : "info"),
    },
    graceMs: durationMs(get("grace")) ?? GRACE_MS,
  };
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

function checkExposure(
  command: "dev" | "start",
  host: string,
  publicUrl: string | null,
  isAccepted: boolean,
  isGuarded: boolean,
): void {
  if (isLoopback(host)) return;
  if (command === "dev" && !isAccepted) {
    throw new HoldfastError(
      "host_exposed",
      `Cannot run a development server on ${host}: it asks for no password, and everybody on the network could use it.`,
      { next: `Bind 127.0.0.1, or accept it:\nholdfast dev --host ${host} --allow-lan-without-password` },
    );
  }
  if (command === "start" && publicUrl === null) {
    throw new HoldfastError(
      "public_url_missing",
      `Cannot start on ${host}: an address that is not loopback needs a public URL, for links and cookies.`,
      {
        next: `holdfast start --host ${host} --public-url https://flow.example.org\nOr bind 127.0.0.1 and put a proxy in front.`,
      },
    );
  }
  if (command === "start" && !isGuarded) {
    throw new HoldfastError(
      "host_exposed",
      `Cannot start on ${host} over plain http: keys and payloads would pass every network on the way in clear.`,
      {
        next: `Serve https with --tls-cert and --tls-key, name the proxy in front with --trusted-proxy, or accept it:\nholdfast start --host ${host} --insecure-http`,
      },
    );
  }
}

/** @throws HoldfastError `config_invalid` for a certificate without its key, or the other way round */
function tlsFiles(get: (name: string) => Resolved | undefined): ServerOptions["tls"] | null {
  const clientAuthority = text(get("tls-client-ca"));
  const pair = pairOf(get, ["tls-cert", "tls-key"], "serve TLS");
  if (pair === null && clientAuthority !== null)
    throw new HoldfastError("config_invalid", "Cannot ask clients for certificates without serving TLS.", {
      next: "Set --tls-cert and --tls-key, too.",
    });
  return pair === null ? null : { ...pair, ...(clientAuthority === null ? {} : { clientAuthority }) };
}

/** @throws HoldfastError `config_invalid` for one without the other, and for a sender that is no address */
function mailSettings(get: (name: string) => Resolved | undefined): Required<ServerOptions>["mail"] | null {
  const urlFile = text(get("smtp-url-file"));
  const from = text(get("mail-from"));
  if (urlFile === null && from === null) return null;
  if (urlFile === null || from === null || !/^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(from))
    throw new HoldfastError(
      "config_invalid",
      "Cannot send mail: it takes a mail server and an address that it comes from.",
      {
        next: "Set --smtp-url-file to a file with its URL, and --mail-from to one address.",
      },
    );
  return { urlFile, from };
}

/** @throws HoldfastError `config_invalid` for one without the other */
function pairOf(
  get: (name: string) => Resolved | undefined,
  [certificateName, keyName]: readonly [string, string],
  purpose: string,
): { readonly certificate: string; readonly key: string } | null {
  const [certificate, key] = [text(get(certificateName)), text(get(keyName))];
  if (certificate === null && key === null) return null;
  if (certificate !== null && key !== null) return { certificate, key };
  throw new HoldfastError("config_invalid", `Cannot ${purpose}: a certificate needs its key.`, {
    next: `Set both --${certificateName} and --${keyName}.`,
  });
}

function checkSdkUrl(resolved: Resolved | undefined, given: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isHttp = parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:");
  if (resolved !== undefined && !isHttp) throw wrongValue(resolved, given, "it is not an http or https URL");
  return url;
}

/** An origin and nothing else: what follows it would be taken for a bound, and is none. */
function checkOrigin(resolved: Resolved | undefined, given: string): string {
  const url = URL.parse(given);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (resolved !== undefined && !isOrigin)
    throw wrongValue(resolved, given, "it is not an origin, such as https://shop.example.org");
  return url?.origin ?? given;
}

/** By the clock only when asked to, or when an app is on another machine, where nothing tells of its changes. */
function pollInterval(
  isDev: boolean,
  resolved: Resolved | undefined,
  isRefused: boolean,
  sdkUrls: readonly string[],
): number | null {
  const asked = positiveMs(resolved);
  if (isRefused) return null;
  if (resolved !== undefined) return asked;
  const hasRemote = sdkUrls.some((url) => !isLoopback(new URL(url).hostname));
  return isDev && hasRemote ? REMOTE_POLL_MS : null;
}

/** Names as one flag or several may give them: `a,b`. */
function names(given: readonly string[]): readonly string[] {
  return given.flatMap((one) => one.split(",").map((name) => name.trim())).filter((name) => name !== "");
}

function formatsOf(resolved: Resolved | undefined): PayloadRules["formats"] {
  if (resolved === undefined) return Object.values(PAYLOAD_FORMATS);
  const formats = names(list(resolved)).flatMap(
    (value) => oneOf({ ...resolved, value }, PAYLOAD_FORMATS) ?? [],
  );
  if (formats.length === 0) throw wrongValue(resolved, "", "it must name a format");
  return formats;
}

/** Seconds as ms; 0 and nothing are null. */
function positiveMs(resolved: Resolved | undefined): number | null {
  const seconds = number(resolved, { min: 0, max: DAY_SECONDS, unit: "seconds" });
  return seconds === null || seconds === 0 ? null : Math.round(seconds * 1000);
}
