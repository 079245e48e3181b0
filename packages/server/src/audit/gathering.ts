import type { AuditAct } from "@holdfast/protocol";
import type { Clock, Timer } from "#kernel";

/** Equal acts within this time are one entry. */
const QUIET_MS = 60_000;
/** Different acts that are counted at once; one more is written by itself. */
const KINDS_MAX = 1000;

interface Gathered {
  readonly act: AuditAct;
  more: number;
}

/**
 * Lets the first of many equal acts through, and counts the others: whoever is refused may come back a thousand times a
 * second, and must not fill the log. What was counted comes out when the minute is over.
 */
export class Gathering {
  readonly #clock: Clock;
  readonly #write: (act: AuditAct) => void;
  readonly #kinds = new Map<string, Gathered>();
  #timer: Timer | null = null;

  constructor(clock: Clock, write: (act: AuditAct) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  add(act: AuditAct): void {
    const kind = kindOf(act);
    const known = this.#kinds.get(kind);
    if (known !== undefined) {
      known.more += 1;
      return;
    }
    if (this.#kinds.size < KINDS_MAX) this.#kinds.set(kind, { act, more: 0 });
    this.#timer ??= this.#clock.after(QUIET_MS, () => this.flush());
    this.#write(act);
  }

  /** Writes what was counted, and begins anew. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const gathered = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { act, more } of gathered) {
      if (more === 0) continue;
      this.#write({ ...act, changes: { ...act.changes, times: { from: null, to: more } } });
    }
  }
}

/** Who, what, why and from which network; not which request. */
function kindOf({ action, authority: { actor, context }, reason, result, targets }: AuditAct): string {
  const network = (context.address ?? "").replace(/\.\d+$/, "");
  return JSON.stringify([action, actor.type, actor.id, network, reason, result, targets.map(({ id }) => id)]);
}
