import type { AuditorsReport } from "./auditors-report.ts";
import { dayOf, daysSince, NOTHING } from "./auditors-report.ts";
import { stateOf } from "./access.ts";
import type { Facts } from "./facts.ts";

/** Every key, how old it is, and where it stands. Pure. */
export function keysReport({ environments, masterKeys, now, tokens }: Facts): AuditorsReport {
  const age = (at: string): string => String(daysSince(at, now));
  return {
    title: "Keys",
    tables: [
      {
        heading: "Signing keys",
        columns: ["environment", "key", "state", "came from", "made", "days old", "last used"],
        rows: environments.flatMap(({ name, signingKeys }) =>
          signingKeys.map((key) => [
            name,
            key.id,
            key.state,
            key.origin,
            dayOf(key.created_at),
            age(key.created_at),
            key.last_used_at === null ? "never" : dayOf(key.last_used_at),
          ]),
        ),
      },
      {
        heading: "Event keys",
        columns: ["environment", "key", "name", "state", "made", "days old", "until", "last used"],
        rows: environments.flatMap(({ eventKeys, name }) =>
          eventKeys.map((key) => [
            name,
            key.id,
            key.name,
            stateOf(key, now),
            dayOf(key.created_at),
            age(key.created_at),
            key.expires_at === null ? "no end" : dayOf(key.expires_at),
            key.last_used_at === null ? "never" : dayOf(key.last_used_at),
          ]),
        ),
      },
      {
        heading: "Operator tokens",
        columns: ["token", "name", "state", "made", "days old", "until"],
        rows: tokens.map((token) => [
          token.id,
          token.name,
          stateOf(token, now),
          dayOf(token.created_at),
          age(token.created_at),
          token.expires_at === null ? "no end" : dayOf(token.expires_at),
        ]),
      },
      {
        heading: "What secrets at rest are sealed under",
        columns: ["place", "data key", "made", "days old", "wrapped by master key"],
        rows: masterKeys.map((use) => [
          use.environment,
          use.data_key,
          dayOf(use.created_at),
          age(use.created_at),
          use.master_key,
        ]),
      },
    ],
    notes: [
      `Ids are not keys: they are the beginning of a key's hash. No report has the text of a key. ${NOTHING} stands for nothing.`,
    ],
  };
}
