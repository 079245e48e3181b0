import type {
  App,
  AuditSinkInfo,
  EgressPolicyInfo,
  EventKeyInfo,
  MasterKeyUse,
  OperatorTokenInfo,
  Rotation,
} from "@holdfast/client";
import type { LogVerdict } from "@holdfast/protocol";
import { printable } from "../printable.ts";
import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";

/** What an environment of a running server says of itself. */
export interface EnvironmentFacts {
  readonly name: string;
  /** Null in development. */
  readonly rotation: Rotation | null;
  readonly eventKeys: readonly EventKeyInfo[];
  readonly egress: EgressPolicyInfo;
  readonly log: LogVerdict;
  /** Addresses that apps said they have and nobody approved, newest first. */
  readonly heldOrigins: readonly HeldOrigin[];
}

export interface HeldOrigin {
  readonly app: string;
  readonly at: string;
}

/** What a running server says of itself. */
export interface ServerFacts {
  readonly url: string;
  readonly environments: readonly EnvironmentFacts[];
  /** Of the environment whose signing key is at hand; null without one. */
  readonly apps: readonly App[] | null;
  readonly operatorTokens: readonly OperatorTokenInfo[];
  readonly masterKeys: readonly MasterKeyUse[];
  readonly log: LogVerdict;
  readonly sinks: readonly AuditSinkInfo[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const KEY_AGE_DAYS = 365;
const UNUSED_DAYS = 90;
const keys = findingsOf("keys");
const appsOf = findingsOf("apps");
const audit = findingsOf("audit");
const server = findingsOf("server");

/** What a running server should be told about itself. */
export function serverFindings(facts: ServerFacts, now: number): readonly Finding[] {
  return [
    server.ok("answers", { what: `${facts.url} answers` }),
    ...facts.environments.flatMap((environment) => [
      ...rotationFindings(environment, now),
      ...eventKeyFindings(environment, now),
      ...egressFindings(environment),
      ...heldFindings(environment),
    ]),
    ...tokenFindings(facts.operatorTokens, now),
    ...masterKeyFindings(facts.masterKeys),
    ...appFindings(facts.apps),
    logFinding("the installation", facts.log),
    ...facts.environments.map(({ log, name }) => logFinding(name, log)),
    ...sinkFindings(facts.sinks),
  ];
}

function rotationFindings({ name, rotation }: EnvironmentFacts, now: number): readonly Finding[] {
  if (rotation === null) return [];
  const { keys: all, waiting_for: waiting } = rotation;
  const active = all.find(({ state }) => state === "active");
  const old = active === undefined ? 0 : Math.floor((now - Date.parse(active.created_at)) / DAY_MS);
  const isTurning = all.some(({ state }) => state === "pending" || state === "retiring");
  const late = waiting.map(({ app }) => printable(app)).join(", ");
  return [
    isTurning
      ? keys.warning("rotation", {
          what: `${name}: a rotation of the signing key is under way`,
          why: late === "" ? "Nothing uses the old key any more." : `Still with the old key: ${late}.`,
          next: `holdfast keys signing list --env ${name}`,
        })
      : old > KEY_AGE_DAYS
        ? keys.warning("old", {
            what: `${name}: the signing key is ${old} days old`,
            next: `holdfast keys signing rotate --env ${name}`,
          })
        : keys.ok("signing", { what: `${name}: one signing key, ${old} days old` }),
  ];
}

function eventKeyFindings({ eventKeys, name }: EnvironmentFacts, now: number): readonly Finding[] {
  const live = eventKeys.filter(
    ({ expires_at: at, revoked_at: revoked }) => revoked === null && (at === null || Date.parse(at) > now),
  );
  const unused = live.filter(
    ({ created_at: made, last_used_at: used }) => now - Date.parse(used ?? made) > UNUSED_DAYS * DAY_MS,
  );
  const endless = live.filter(
    ({ created_at: made, expires_at: at }) => at === null && now - Date.parse(made) > KEY_AGE_DAYS * DAY_MS,
  );
  return [
    ...unused.map(({ id, name: called }) =>
      keys.warning("event_unused", {
        what: `${name}: event key ${printable(called)} was not used for ${UNUSED_DAYS} days`,
        next: `holdfast keys event revoke ${id} --env ${name}`,
      }),
    ),
    ...endless.map(({ id, name: called }) =>
      keys.warning("event_endless", {
        what: `${name}: event key ${printable(called)} is older than a year and has no end`,
        next: `Give its senders a new one: holdfast keys event new, then holdfast keys event revoke ${id} --env ${name}`,
      }),
    ),
  ];
}

function egressFindings({ egress, name }: EnvironmentFacts): readonly Finding[] {
  return [
    ...(egress.mode === "any"
      ? [
          server.warning("egress_any", {
            what: `${name}: requests may go to any address`,
            next: `holdfast egress mode public --env ${name}`,
          }),
        ]
      : []),
    ...egress.plain_http.map((host) =>
      server.warning("egress_plain", {
        what: `${name}: ${printable(host)} is called over plain http`,
        why: "Signed, and read by whoever is in between.",
      }),
    ),
  ];
}

function heldFindings({ heldOrigins, name }: EnvironmentFacts): readonly Finding[] {
  return heldOrigins.map(({ app, at }) =>
    appsOf.warning("origin_held", {
      what: `${name}: ${printable(app)} said at ${at} that it is elsewhere, and is called where it was`,
      why: "Either it has moved, or somebody wants its calls.",
      next: `holdfast audit list --action app.origin_held --env ${name}, then perhaps: holdfast apps approve ${printable(app)} ORIGIN`,
    }),
  );
}

function tokenFindings(tokens: readonly OperatorTokenInfo[], now: number): readonly Finding[] {
  const live = tokens.filter(
    ({ expires_at: at, revoked_at: revoked }) => revoked === null && (at === null || Date.parse(at) > now),
  );
  const unused = live.filter(
    ({ created_at: made, last_used_at: used }) => now - Date.parse(used ?? made) > UNUSED_DAYS * DAY_MS,
  );
  return [
    keys.ok("operators", { what: `${live.length} operator token${live.length === 1 ? "" : "s"}` }),
    ...unused.map(({ id, name }) =>
      keys.warning("operator_unused", {
        what: `operator token ${printable(name)} was not used for ${UNUSED_DAYS} days`,
        next: `holdfast keys operator revoke ${id}`,
      }),
    ),
  ];
}

function masterKeyFindings(uses: readonly MasterKeyUse[]): readonly Finding[] {
  const masters = new Set(uses.map(({ master_key: id }) => id));
  return masters.size <= 1
    ? [keys.ok("master", { what: "every data key is under one master key" })]
    : [
        keys.warning("master", {
          what: `data keys are under ${masters.size} master keys`,
          why: "The old ones are still needed.",
          next: "holdfast keys master rotate",
        }),
      ];
}

function appFindings(apps: readonly App[] | null): readonly Finding[] {
  if (apps === null)
    return [
      appsOf.skipped("reached", {
        what: "apps were not asked about",
        why: "There is no signing key at hand.",
        next: "Set HOLDFAST_SIGNING_KEY.",
      }),
    ];
  return apps.map(({ error, name, signatures, url }) =>
    error === null
      ? appsOf.ok("reached", {
          what: `${printable(name)} at ${printable(url)}${signatures === undefined ? "" : `, signatures ${signatures}`}`,
        })
      : appsOf.failed("reached", {
          what: `${printable(name)} at ${printable(url)}`,
          why: printable(error),
          next: `holdfast apps sync ${printable(url)}`,
        }),
  );
}

function sinkFindings(sinks: readonly AuditSinkInfo[]): readonly Finding[] {
  if (sinks.length === 0)
    return [
      audit.warning("nowhere_else", {
        what: "the audit logs are kept here alone",
        why: "Whoever cuts the end off a log, and its checkpoints with it, leaves nothing that shows it.",
        next: "holdfast audit sinks add https://siem.example.org/holdfast",
      }),
    ];
  return sinks.map(({ behind, failing_since: since, last_error: error, name, state }) =>
    state === "failing"
      ? audit.failed("sink", {
          what: `sink ${printable(name)} does not take entries${since === null ? "" : ` since ${since}`}`,
          why: printable(error ?? "It does not say why."),
          next: "holdfast audit sinks list",
        })
      : audit.ok("sink", { what: `sink ${printable(name)} takes entries; ${behind} are on their way` }),
  );
}

/** A checkpoint is signed every minute in which something was written. */
const UNSIGNED_MAX = 10_000;

function logFinding(name: string, { checkpointSize, entryCount, fault, ok }: LogVerdict): Finding {
  const unsigned = entryCount - (checkpointSize ?? 0);
  if (ok && unsigned > UNSIGNED_MAX)
    return audit.warning("unsigned", {
      what: `the newest ${unsigned} entries of the log of ${name} are under no checkpoint`,
      why: "The server could not sign, and says why in its own log.",
    });
  return ok
    ? audit.ok("holds", { what: `the log of ${name} holds: ${entryCount} entries` })
    : audit.failed("holds", {
        what: `the log of ${name} does not hold`,
        why: fault === null ? "It does not verify." : `At entry ${fault.seq}: ${fault.kind}.`,
        next: "Keep the files as they are, and compare them with an export: holdfast audit verify.",
      });
}
