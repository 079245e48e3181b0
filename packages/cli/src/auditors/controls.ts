import type { AuditorsReport } from "./auditors-report.ts";
import { daysSince, NOTHING } from "./auditors-report.ts";
import { stateOf } from "./access.ts";
import type { Facts } from "./facts.ts";

/** One thing that a yardstick asks of software, and where it is seen. */
interface Control {
  /** SOC 2 trust services criteria (2017, points of focus of 2022), or a chapter of OWASP ASVS 5.0. */
  readonly id: string;
  readonly asks: string;
  readonly state: "in place" | "in part";
  /** Of the installation as it is. */
  readonly seen: (facts: Facts) => string;
  readonly evidence: string;
}

const CONTROLS: readonly Control[] = [
  {
    id: "SOC 2 CC6.1",
    asks: "Logical access to what is protected",
    state: "in place",
    seen: (facts) => {
      const { now, people, tokens } = facts;
      const good = tokens.filter((token) => stateOf(token, now) === "good");
      const active = people.filter(({ state }) => state === "active");
      return `${active.length} people, ${active.filter(({ mfa }) => mfa).length} of them with a second factor; ${good.length} tokens that are good, ${good.filter(({ role }) => role === "owner").length} of them of owners; ${countOf(facts, "payloads.revealed")} times somebody asked to see payloads in the time that was asked about`;
    },
    evidence:
      "holdfast report access; docs/reference/people.md; docs/reference/sso.md; docs/reference/roles.md; docs/reference/data.md",
  },
  {
    id: "SOC 2 CC6.1",
    asks: "Secrets at rest are encrypted, and keys are looked after",
    state: "in place",
    seen: ({ environments, masterKeys, now }) => {
      const active = environments.flatMap(({ signingKeys }) =>
        signingKeys.filter(({ state }) => state === "active").map((key) => daysSince(key.created_at, now)),
      );
      const masters = new Set(masterKeys.map(({ master_key: id }) => id)).size;
      return `${masterKeys.length} data keys under ${masters} master key${masters === 1 ? "" : "s"}; the oldest signing key in use is ${Math.max(0, ...active)} days old`;
    },
    evidence: "holdfast report keys; docs/reference/keys.md",
  },
  {
    id: "SOC 2 CC6.2, CC6.3",
    asks: "Access is given, changed and ended by somebody, and that is known",
    state: "in place",
    seen: (facts) =>
      `${countOf(facts, "invitation.accepted") + countOf(facts, "person.created")} people came, ${countOf(facts, "person.deactivated")} were closed, ${countOf(facts, "person.granted")} times somebody got other rights; ${countOf(facts, "operator_token.created")} tokens made and ${countOf(facts, "operator_token.revoked")} ended in the time that was asked about`,
    evidence: "holdfast report access; holdfast report changes",
  },
  {
    id: "SOC 2 CC6.6",
    asks: "The boundary is guarded",
    state: "in place",
    seen: ({ environments, url }) =>
      `asked over ${url.startsWith("https:") ? "https" : "plain http"}; egress: ${environments.map(({ egress, name }) => `${name} ${egress.mode}`).join(", ")}`,
    evidence: "docs/reference/network.md; holdfast egress show; holdfast redteam",
  },
  {
    id: "SOC 2 CC6.7",
    asks: "What is sent is protected on the way",
    state: "in place",
    seen: ({ environments }) => {
      const plain = environments.filter(({ egress }) => egress.plain_http.length > 0).map(({ name }) => name);
      return plain.length === 0
        ? "no app is called over plain http by exception"
        : `apps on plain http were accepted in ${plain.join(", ")}`;
    },
    evidence: "docs/reference/network.md; docs/reference/signatures.md; docs/reference/sealing.md",
  },
  {
    id: "SOC 2 CC7.1",
    asks: "Weaknesses and settings are looked for",
    state: "in place",
    seen: (facts) => `${countOf(facts, "redteam.run")} attacks of one's own in the time that was asked about`,
    evidence: "holdfast doctor; holdfast redteam; docs/reference/attacks.md",
  },
  {
    id: "SOC 2 CC7.2, CC7.3",
    asks: "What is out of the ordinary is noticed",
    state: "in place",
    seen: ({ logs, sinks }) => {
      const failing = sinks.filter(({ state }) => state === "failing").length;
      const denied = logs.flatMap(({ rows }) => rows).filter(({ entry }) => entry.result === "denied").length;
      return `${sinks.length} sinks, ${failing} failing; ${denied} requests denied; ${logs.filter(({ verdict }) => verdict.ok).length} of ${logs.length} logs hold`;
    },
    evidence: "holdfast audit sinks list; holdfast audit verify; docs/reference/audit.md",
  },
  {
    id: "SOC 2 CC7.4",
    asks: "An incident can be ended",
    state: "in place",
    seen: (facts) =>
      `${countOf(facts, "signing_key.revoked") + countOf(facts, "event_key.revoked")} keys ended in the time that was asked about`,
    evidence: "docs/runbook.md",
  },
  {
    id: "SOC 2 CC8.1",
    asks: "Changes are known, with what was before and after",
    state: "in place",
    seen: ({ logs }) =>
      `${logs.reduce((sum, { rows }) => sum + rows.length, 0)} entries in the time that was asked about`,
    evidence: "holdfast report changes",
  },
  control("ASVS 5.0 V4", "API and web service", "in part", "docs/reference/http-api.md; test/http"),
  control(
    "ASVS 5.0 V6, V7, V10",
    "Sign-in of people, sessions, OIDC",
    "in part",
    "docs/reference/people.md; docs/reference/sso.md; test/identity",
  ),
  control(
    "ASVS 5.0 V8",
    "Authorisation",
    "in part",
    "docs/reference/roles.md; test/administration/roles.test.ts; test/roles",
  ),
  control("ASVS 5.0 V9", "Self-contained tokens", "in part", "docs/reference/keys.md"),
  control("ASVS 5.0 V11", "Cryptography", "in part", "docs/reference/cryptography.md"),
  control("ASVS 5.0 V12", "Secure communication", "in part", "docs/reference/network.md"),
  control("ASVS 5.0 V13", "Configuration", "in part", "docs/reference/cli.md; holdfast doctor"),
  control(
    "ASVS 5.0 V14",
    "Data protection",
    "in part",
    "docs/reference/data.md; docs/reference/retention.md; docs/reference/sealing.md",
  ),
  control(
    "ASVS 5.0 V16",
    "Logging and errors",
    "in part",
    "docs/reference/audit.md; docs/reference/errors.md; docs/runbook.md",
  ),
];

/** What yardsticks ask, what is there for it, and where it is seen. It certifies nothing. Pure. */
export function controlsReport(facts: Facts): AuditorsReport {
  return {
    title: "Controls",
    tables: [
      {
        heading: "What is there",
        columns: ["control", "asks for", "state", "seen here", "evidence"],
        rows: CONTROLS.map(({ asks, evidence, id, seen, state }) => [id, asks, state, seen(facts), evidence]),
      },
    ],
    notes: [
      "This is no certificate, and nobody has certified what it says: it tells an auditor where to look.",
      "ASVS is named by chapter here; docs/reference/asvs.md answers its requirements one by one, gaps included.",
      "What people, contracts and buildings must do is not in it.",
    ],
  };
}

function control(id: string, asks: string, state: Control["state"], evidence: string): Control {
  return { id, asks, state, evidence, seen: () => NOTHING };
}

function countOf({ logs }: Facts, action: string): number {
  return logs.flatMap(({ rows }) => rows).filter(({ entry }) => entry.action === action).length;
}
