import type { Role } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { PageFiles } from "#api";
import { RETENTION_DAYS_MIN } from "#audit";
import type { EgressPolicy } from "#egress";
import type { TlsFiles } from "#front-door";
import type { LogLevel } from "#kernel";
import type { MailOptions } from "#mail";
import type { PayloadRules } from "#payloads";
import type { MasterKeySource } from "#vault";

/** How one server is set up. Everything is explicit: reading flags, environment and files is the command's work. */
export interface ServerOptions {
  /** `dev`: no keys needed, loopback only, apps discovered. `production`: everything signed and authenticated. */
  readonly mode: "dev" | "production";
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Folder of the embedded store; made when missing. */
  readonly dataDir: string;
  /**
   * Signing keys of the main environment, taken in when they are new: the first is to sign. What became of a key since is in
   * the store, and counts: one that was revoked stays so. None: the keys in the store, or one that is made (production).
   */
  readonly signingKeys: readonly string[];
  /** Event keys of the main environment, taken in when they are new. */
  readonly eventKeys: readonly string[];
  /** Tokens of operators, taken in when they are new. */
  readonly operatorTokens?: readonly string[];
  /**
   * The key that wraps every secret at rest, and those it took over from. Absent: one in the data folder, made when it is
   * missing.
   */
  readonly masterKeys?: readonly [MasterKeySource, ...MasterKeySource[]];
  /** Where requests of the server may go, beside what operators decide. */
  readonly egress?: Partial<EgressPolicy>;
  /** Certificates (PEM) of authorities that apps' certificates may come from, beside those that Node trusts. */
  readonly egressAuthorities?: readonly string[];
  /** Certificate and key that are shown to apps which ask for one; nothing when absent. */
  readonly egressCertificate?: TlsFiles;
  /** Certificate and key; plain http when absent. */
  readonly tls?: TlsFiles;
  /** Whether browsers are to reach every name below the server's by https alone, too (RFC 6797, 6.1.2). */
  readonly hstsSubdomains?: boolean;
  /** Names beside that of the public URL by which the server may be called. */
  readonly allowedHosts?: readonly string[];
  /** Addresses and ranges of proxies whose word is taken on who a client is. */
  readonly trustedProxies?: readonly string[];
  /** Bytes of the disk below which no new events are taken, so that what was acknowledged finds room; 256 MiB when absent. */
  readonly diskReserveBytes?: number;
  /** Work that may wait in one environment before new events are refused there; a million pieces when absent. */
  readonly backlogMax?: number;
  /** Requests that one network may make in a second, results of steps not counted; 1,000 when absent. */
  readonly requestsPerSecond?: number;
  /** The mail server by which links go to people; none when absent. */
  readonly mail?: MailOptions;
  /** File of the hashes of passwords that were stolen somewhere, which new ones are looked up in; none when absent. */
  readonly breachedPasswords?: string;
  /** How long nothing may have used a signing key before it is revoked without force; a day when absent. */
  readonly keyQuietMs?: number;
  /** How many days the audit logs are kept, 30 or more; for ever when absent. */
  readonly auditRetentionDays?: number;
  /** Where apps and people reach this server, when that is not `http://host:port`. */
  readonly publicUrl: string | null;
  readonly sdkUrls: readonly string[];
  /**
   * Origins whose durable endpoints may be called, beside those of apps that registered. A development server trusts
   * every port of its own machine.
   */
  readonly endpointOrigins: readonly string[];
  /**
   * `auto`: apps sign as they said they do. `v2-only`: apps that do not sign as v2 has it are not registered, their
   * answers are not believed, and on the routes that apps use a bearer token opens nothing. Absent: `auto`.
   */
  readonly signatures?: "auto" | "v2-only";
  /** Look for apps on this machine (development). */
  readonly discovery: boolean;
  /** Keep known apps in sync: null never, otherwise how often to ask when nothing told us of a change. */
  readonly pollIntervalMs: number | null;
  /** Flat delay between attempts instead of the back-off table. */
  readonly retryIntervalMs: number | null;
  /** Occurrences of a cron trigger missed while the server was down that are made good, at most; 0 for none. */
  readonly cronCatchUpMax: number;
  /** Calls under way at once. Functions share them: one alone gets half, so that others find room at once. */
  readonly callSlots: number;
  /** Longest wait between two looks for due work; commits of this process wake it at once anyway. */
  readonly tickMs: number;
  /** How many times faster than on this machine time passes for events and runs. Anything but 1 needs `dev`. */
  readonly timeScale: number;
  /** Which payloads are taken; any when absent. */
  readonly payloads?: PayloadRules;
  /** The files of the pages; none are shown when absent. */
  readonly pages?: PageFiles;
  /** Roles that need a second factor until somebody decides otherwise; owners and admins when absent. */
  readonly secondFactorRoles?: readonly Role[];
  /** What a hash of a password costs to make: memory in KiB, and passes. Less than the default is for tests alone. */
  readonly passwordCost?: { readonly memory: number; readonly passes: number };
  readonly logLevel: LogLevel;
  /** Where log lines go; stderr when absent. */
  readonly logTo?: { write(line: string): void };
}

export const SERVER_DEFAULTS = {
  port: 8288,
  callSlots: 2000,
  tickMs: 150,
  cronCatchUpMax: 0,
  pollIntervalMs: 5000,
  timeScale: 1,
} as const;

/**
 * Holds how long audit logs are kept against the least that they must be.
 *
 * @throws HoldfastError `config_invalid`
 */
export function checkRetention({
  auditRetentionDays: days,
}: Pick<ServerOptions, "auditRetentionDays">): void {
  if (days === undefined || days >= RETENTION_DAYS_MIN) return;
  throw new HoldfastError(
    "config_invalid",
    `Cannot keep audit logs for ${days} days: it must be at least ${RETENTION_DAYS_MIN}.`,
  );
}

/** The slowest and the fastest that time may pass in development. */
const TIME_SCALE_RANGE = { min: 0.001, max: 100_000 } as const;

/**
 * Holds a server's pace of time against its mode.
 *
 * @throws HoldfastError `config_invalid`
 */
export function checkTimeScale({ mode, timeScale }: Pick<ServerOptions, "mode" | "timeScale">): void {
  if (mode === "production" && timeScale !== 1) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot let time pass ${timeScale} times as fast: this is a production server, whose time is the machine's.`,
      { next: "Leave the time scale at 1, or run a development server: holdfast dev." },
    );
  }
  const { min, max } = TIME_SCALE_RANGE;
  if (timeScale >= min && timeScale <= max) return;
  throw new HoldfastError(
    "config_invalid",
    `Cannot let time pass ${timeScale} times as fast: it must be a number from ${min} to ${max}.`,
  );
}
