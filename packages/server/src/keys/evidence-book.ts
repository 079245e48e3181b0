import type { Clock, Timer } from "#kernel";
import type { AdministrationStore } from "#store";
import type { KeyEvidence } from "./administration.ts";

/** Exchanges that are remembered: one for each app, way and key. Past them the oldest goes. */
const KEPT_MAX = 5000;
/** What is new is written this often: never a write for each request. */
const WRITE_MS = 5000;

/**
 * Who was seen with which key, the latest of each kind. What decides is in memory; the disk follows, so that a restart knows
 * it too, but for the last seconds.
 */
export class EvidenceBook {
  readonly #administration: AdministrationStore;
  readonly #clock: Clock;
  readonly #kept = new Map<string, KeyEvidence>();
  readonly #unwritten = new Set<string>();
  #timer: Timer | null = null;

  constructor(administration: AdministrationStore, clock: Clock) {
    this.#administration = administration;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    for (const { body, id } of await this.#administration.records("key-use")) {
      if (!id.startsWith(PREFIX)) continue;
      // Noted by `flush` below.
      this.#kept.set(id, JSON.parse(body) as KeyEvidence);
    }
  }

  add(evidence: KeyEvidence): void {
    const { app, how, keyId } = evidence;
    const id = `${PREFIX}${JSON.stringify([app, how, keyId])}`;
    const known = this.#kept.get(id);
    if (known !== undefined && known.at >= evidence.at) return;
    this.#kept.delete(id);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(id, evidence);
    this.#unwritten.add(id);
    this.#timer ??= this.#clock.after(WRITE_MS, () => void this.flush().catch(() => undefined));
  }

  all(): readonly KeyEvidence[] {
    return [...this.#kept.values()];
  }

  /** Writes what is new. What cannot be written is tried again with what comes next. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    const ids = [...this.#unwritten];
    if (ids.length === 0) return;
    const records = ids.flatMap((id) => {
      const evidence = this.#kept.get(id);
      return evidence === undefined ? [] : [{ kind: "key-use", id, body: JSON.stringify(evidence) } as const];
    });
    // What is seen while this is written is new again, and is not forgotten with it.
    this.#unwritten.clear();
    try {
      await this.#administration.note(records);
    } catch (error) {
      for (const id of ids) this.#unwritten.add(id);
      throw error;
    }
  }
}

const PREFIX = "seen ";
