import type { Authority } from "@holdfast/protocol";
import type { Clock, Log, Timer } from "#kernel";
import type { AuditAdministration } from "./contract.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Nothing is removed that is younger: what happened a month ago is still being looked into. */
export const RETENTION_DAYS_MIN = 30;
/** How often is looked for what is too old. */
const LOOK_MS = 60 * 60 * 1000;

const CLOCKWORK: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

export interface RetentionDeps {
  /** For how many days entries are kept at least, 30 or more. */
  readonly days: number;
  /** Every log that is open now. */
  readonly logs: () => Promise<readonly AuditAdministration[]>;
  /** Up to which entry of a log every sink has it. */
  readonly received: (log: string) => number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Removes entries that are older than they are kept, up to a checkpoint, and none that a sink has not got yet. A cut is an
 * entry itself: so there is none before a whole day has come together.
 */
export async function prune({ clock, days, logs, received }: Omit<RetentionDeps, "log">): Promise<void> {
  for (const audit of await logs()) {
    const { reader } = audit;
    const { first } = await reader.head();
    const [oldest] = await reader.entries({ after: first - 1, limit: 1 });
    if (oldest === undefined || oldest.at >= clock.now() - (days + 1) * DAY_MS) continue;
    await audit.prune(CLOCKWORK, days * DAY_MS, received(reader.name));
  }
}

/** Does it by the clock, from now on. */
export function startRetention(deps: RetentionDeps): { stop(): void } {
  let timer: Timer | null = null;
  const schedule = (): void => {
    timer = deps.clock.after(LOOK_MS, () => {
      prune(deps)
        .catch((error: unknown) =>
          deps.log.error({ error: String(error) }, "an audit log could not be pruned"),
        )
        .finally(() => {
          if (timer !== null) schedule();
        });
    });
  };
  schedule();
  return {
    stop() {
      timer?.cancel();
      timer = null;
    },
  };
}
