import type { EnvelopeFormat, FunctionId } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { TextStore } from "#store";
import { keyIdsIn } from "./key-ids-in.ts";

/** A key that stored values are sealed with. */
export interface UsedKey {
  readonly format: EnvelopeFormat;
  /** Null where the format names no key: all such values together. */
  readonly keyId: string | null;
  /** How many stored values it opens; a value that is kept in several places counts in each. */
  readonly valueCount: number;
  /** When the oldest and the youngest of them were stored, Unix ms. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** Apps whose runs hold such values, by name. */
  readonly apps: readonly string[];
}

export interface KeyInventory {
  /** The keys that stored values are sealed with, by what is stored now. Reads everything: who asks meanwhile shares the answer. */
  read(): Promise<readonly UsedKey[]>;
}

interface Tally {
  readonly format: EnvelopeFormat;
  readonly keyId: string | null;
  valueCount: number;
  firstSeenAt: number;
  lastSeenAt: number;
  readonly apps: Set<string>;
}

/** Nothing is kept beside the data for it: an answer costs a walk through all of it, in portions, between other work. */
export function createKeyInventory(deps: {
  readonly texts: TextStore;
  readonly clock: Clock;
  appOf(functionId: FunctionId): string | null;
}): KeyInventory {
  let reading: Promise<readonly UsedKey[]> | null = null;

  async function readAll(): Promise<readonly UsedKey[]> {
    const tallies = new Map<string, Tally>();
    for (let after: string | null = null; ;) {
      const { next, texts }: Awaited<ReturnType<TextStore["portion"]>> = await deps.texts.portion(after);
      for (const { at, functionId, text } of texts) {
        for (const { format, keyId } of keyIdsIn(text)) {
          const id = `${format} ${keyId ?? ""}`;
          const tally = tallies.get(id) ?? blank(format, keyId, at);
          tallies.set(id, tally);
          tally.valueCount += 1;
          tally.firstSeenAt = Math.min(tally.firstSeenAt, at);
          tally.lastSeenAt = Math.max(tally.lastSeenAt, at);
          const app = functionId === null ? null : deps.appOf(functionId);
          if (app !== null) tally.apps.add(app);
        }
      }
      if (next === null) break;
      after = next;
      await new Promise<void>((resume) => deps.clock.after(0, resume));
    }
    return [...tallies.values()]
      .map((tally) => ({ ...tally, apps: [...tally.apps].toSorted() }))
      .toSorted((one, other) => other.lastSeenAt - one.lastSeenAt);
  }

  return {
    read: () =>
      (reading ??= readAll().finally(() => {
        reading = null;
      })),
  };
}

function blank(format: EnvelopeFormat, keyId: string | null, at: number): Tally {
  return { format, keyId, valueCount: 0, firstSeenAt: at, lastSeenAt: at, apps: new Set() };
}
