import type { OperatorTokenInfo } from "@holdfast/client";
import { PERMISSIONS, reachOf, ROLES } from "@holdfast/protocol";
import type { AuditorsReport } from "./auditors-report.ts";
import { dayOf, NOTHING } from "./auditors-report.ts";
import type { Facts } from "./facts.ts";
import { actorOf } from "./names.ts";

/** Who may do what, where, since when, by whose hand, and whether it is used. Pure. */
export function accessReport(facts: Facts): AuditorsReport {
  const { now, tokens } = facts;
  const makers = makersOf(facts);
  return {
    title: "Access",
    tables: [
      {
        heading: "Who administers",
        columns: [
          "token",
          "name",
          "role",
          "where",
          "sees payloads",
          "since",
          "made by",
          "until",
          "last used",
          "state",
        ],
        rows: tokens.map((token) => [
          token.id,
          token.name,
          token.role,
          token.environments?.join(", ") ?? "everywhere",
          token.payloads ? "yes" : "no",
          dayOf(token.created_at),
          makers.get(token.id) ?? NOTHING,
          token.expires_at === null ? "no end" : dayOf(token.expires_at),
          token.last_used_at === null ? "never" : dayOf(token.last_used_at),
          stateOf(token, now),
        ]),
      },
      {
        heading: "People",
        columns: [
          "person",
          "name",
          "roles",
          "since",
          "made by",
          "signs in by",
          "second factor",
          "last signed in",
          "state",
        ],
        rows: facts.people.map((person) => [
          person.email,
          person.name,
          person.grants.map(grantInWords).join("; "),
          dayOf(person.created_at),
          makersOfPeople(facts).get(person.id) ?? NOTHING,
          person.sign_in.join(", "),
          person.mfa ? "yes" : "no",
          person.last_signed_in_at === null ? "never" : dayOf(person.last_signed_in_at),
          `${person.state}${person.break_glass ? ", for emergencies" : ""}`,
        ]),
      },
      {
        heading: "Service accounts",
        columns: [
          "account",
          "name",
          "role",
          "token",
          "scopes",
          "addresses",
          "since",
          "until",
          "last used",
          "state",
        ],
        rows: facts.serviceAccounts.flatMap((account) =>
          account.tokens.map((token) => [
            account.id,
            account.name,
            grantInWords(account),
            token.id,
            token.scopes?.join(", ") ?? "all of its role",
            token.addresses?.join(", ") ?? "all",
            dayOf(token.created_at),
            token.expires_at === null ? "no end" : dayOf(token.expires_at),
            token.last_used_at === null ? "never" : dayOf(token.last_used_at),
            stateOf(token, now),
          ]),
        ),
      },
      {
        heading: "What a role may do",
        columns: ["permission", ...ROLES],
        rows: PERMISSIONS.map((permission) => [
          permission,
          ...ROLES.map((role) => {
            const reach = reachOf(role, permission);
            return reach === null ? NOTHING : reach === "everywhere" ? "yes" : "not in production";
          }),
        ]),
      },
      {
        heading: "Who may send events",
        columns: ["environment", "key", "name", "names", "addresses", "since", "until", "last used"],
        rows: facts.environments.flatMap(({ eventKeys, name }) =>
          eventKeys
            .filter(({ revoked_at: revoked }) => revoked === null)
            .map((key) => [
              name,
              key.id,
              key.name,
              key.allow_names?.join(", ") ?? "all",
              key.allow_addresses?.join(", ") ?? "all",
              dayOf(key.created_at),
              key.expires_at === null ? "no end" : dayOf(key.expires_at),
              key.last_used_at === null ? "never" : dayOf(key.last_used_at),
            ]),
        ),
      },
    ],
    notes: [
      "Whoever holds a signing key of an environment may do everything there that its apps may, payloads included: see the report keys.",
      "Who sees payloads sees them when they ask, each time with an entry in the environment's log (payloads.revealed).",
      "Who made a token is known when that lies in the time that was asked about.",
    ],
  };
}

function grantInWords({
  environments,
  payloads,
  role,
}: {
  readonly role: string;
  readonly environments: readonly string[] | null;
  readonly payloads: boolean;
}): string {
  return `${role}${environments === null ? "" : ` in ${environments.join(", ")}`}${payloads ? " with payloads" : ""}`;
}

/** By whose hand somebody came in: an invitation's maker, a provider, or the set-up link. */
function makersOfPeople({ logs }: Facts): ReadonlyMap<string, string> {
  const rows = logs.filter(({ environment }) => environment === null).flatMap((log) => log.rows);
  return new Map(
    rows.flatMap(({ entry }) => {
      const id = entry.targets[0]?.id ?? "";
      if (entry.action === "set_up.completed") return [[id, "the set-up link"]];
      if (entry.action === "invitation.accepted")
        return [[id, `an invitation of ${String(entry.changes["invited_by"]?.to)}`]];
      return entry.action === "person.created" ? [[id, `connection ${entry.reason ?? ""}`]] : [];
    }),
  );
}

function makersOf({ logs }: Facts): ReadonlyMap<string, string> {
  const rows = logs.filter(({ environment }) => environment === null).flatMap((log) => log.rows);
  return new Map(
    rows
      .filter(({ entry }) => entry.action === "operator_token.created")
      .map((row) => [row.entry.targets[0]?.id ?? "", actorOf(row)]),
  );
}

export function stateOf(
  { expires_at: expires, revoked_at: revoked }: Pick<OperatorTokenInfo, "expires_at" | "revoked_at">,
  now: number,
): "good" | "revoked" | "expired" {
  if (revoked !== null) return "revoked";
  return expires !== null && Date.parse(expires) <= now ? "expired" : "good";
}
