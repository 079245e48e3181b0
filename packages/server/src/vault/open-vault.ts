import type { AuditAct, Authority } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditDraft, AdministrationStore } from "#store";
import type { MasterKey, SecretPlace, Vault } from "./contract.ts";
import { KEY_BYTES, keyIdOf, openUnder, sealUnder, unreadable } from "./envelope.ts";

export interface VaultDeps {
  readonly administration: AdministrationStore;
  /** The first wraps; all of them open. */
  readonly masterKeys: readonly [MasterKey, ...MasterKey[]];
  /** Whose secrets: a sealed text of one is nothing to another. */
  readonly environment: string;
  readonly draft: (act: AuditAct) => AuditDraft;
  readonly random: (count: number) => Uint8Array;
  readonly now: () => number;
}

/** A data key as it is stored: wrapped by a master key. */
interface DataKeyRecord {
  readonly masterKeyId: string;
  readonly wrapped: string;
  readonly createdAt: number;
}

/** The data key that seals. */
interface SealingKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** What operators see of a vault, and do with it. */
export interface VaultAdministration {
  /** Data keys, and which master key wraps each. */
  status(): readonly { readonly id: string; readonly masterKeyId: string; readonly createdAt: number }[];
  /** Wraps what another master key wraps with the current one; one record after another. How many there were. */
  rewrap(by: Authority): Promise<number>;
  /** Destroys a data key: what was sealed under it is gone, in every backup too. */
  destroy(by: Authority, dataKeyId: string, reason: string): Promise<void>;
}

const SYSTEM: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "configuration" },
};

/**
 * Opens the secrets of a store. Every data key is unwrapped once, before anything is written: with the wrong master key
 * nothing changes.
 *
 * @throws HoldfastError `master_key_mismatch` naming the id of the key that is wanted; `secret_unreadable`
 */
export async function openVault(deps: VaultDeps): Promise<Vault & VaultAdministration> {
  const { administration, draft, environment, masterKeys, now, random } = deps;
  const [current] = masterKeys;
  const keys = new Map<string, { key: Uint8Array; record: DataKeyRecord; revision: number }>();
  for (const { id, body, revision } of await administration.records("data-key")) {
    // Written by `store` below.
    const record = JSON.parse(body) as DataKeyRecord;
    const master = masterKeys.find((one) => one.id === record.masterKeyId);
    if (master === undefined) throw mismatch(environment, record.masterKeyId, masterKeys);
    keys.set(id, { key: await master.unwrap(record.wrapped, aboutKey(id)), record, revision });
  }

  function aboutKey(id: string): string {
    return `data-key ${environment} ${id}`;
  }

  async function store(
    by: Authority,
    action: "data_key.created" | "master_key.rotated" | "data_key.destroyed",
    id: string,
    record: DataKeyRecord | null,
    reason: string | null,
  ): Promise<void> {
    const known = keys.get(id);
    const targets = [{ type: "data_key", id, name: null }];
    const from = known?.record.masterKeyId ?? null;
    const changes = { master_key: { from, to: record?.masterKeyId ?? null } };
    const outcome = await administration.commit({
      changes: [
        {
          kind: "data-key",
          id,
          expectedRevision: known?.revision ?? 0,
          body: record === null ? null : JSON.stringify(record),
        },
      ],
      audit: [draft({ action, authority: by, targets, result: "success", reason, changes })],
    });
    if (outcome.kind === "conflict")
      throw new HoldfastError("conflict", `Cannot change data key ${id}: it was changed meanwhile.`);
  }

  async function make(by: Authority): Promise<SealingKey> {
    const id = Buffer.from(random(6)).toString("hex");
    const key = random(KEY_BYTES);
    const record: DataKeyRecord = {
      masterKeyId: current.id,
      wrapped: await current.wrap(key, aboutKey(id)),
      createdAt: now(),
    };
    await store(by, "data_key.created", id, record, null);
    keys.set(id, { key, record, revision: 1 });
    return { id, key };
  }

  // The newest seals.
  const [newest] = [...keys].toSorted(
    ([, left], [, right]) => right.record.createdAt - left.record.createdAt,
  );
  let sealing: SealingKey = newest === undefined ? await make(SYSTEM) : { id: newest[0], key: newest[1].key };

  const aboutSecret = ({ kind, id, field }: SecretPlace): readonly string[] => [environment, kind, id, field];

  return {
    seal(secret, place) {
      return sealUnder(sealing.key, sealing.id, Buffer.from(secret), aboutSecret(place), random);
    },
    open(sealed, place) {
      const known = keys.get(keyIdOf(sealed) ?? "");
      if (known === undefined) throw unreadable();
      return openUnder(known.key, sealed, aboutSecret(place)).toString("utf8");
    },
    status: () =>
      [...keys].map(([id, { record }]) => ({
        id,
        masterKeyId: record.masterKeyId,
        createdAt: record.createdAt,
      })),
    async rewrap(by) {
      let count = 0;
      for (const [id, known] of keys) {
        if (known.record.masterKeyId === current.id) continue;
        const record = {
          ...known.record,
          masterKeyId: current.id,
          wrapped: await current.wrap(known.key, aboutKey(id)),
        };
        await store(by, "master_key.rotated", id, record, null);
        keys.set(id, { key: known.key, record, revision: known.revision + 1 });
        count++;
      }
      return count;
    },
    async destroy(by, dataKeyId, reason) {
      const known = keys.get(dataKeyId);
      if (known === undefined)
        throw new HoldfastError("not_found", `There is no data key ${dataKeyId.slice(0, 40)}.`);
      // What is sealed from now on must have a key.
      if (dataKeyId === sealing.id) sealing = await make(by);
      await store(by, "data_key.destroyed", dataKeyId, null, reason);
      known.key.fill(0);
      keys.delete(dataKeyId);
    },
  };
}

function mismatch(environment: string, wanted: string, given: readonly MasterKey[]): HoldfastError {
  const ids = given.map(({ id }) => id).join(", ");
  return new HoldfastError(
    "master_key_mismatch",
    `Cannot open the secrets of "${environment}": they belong to master key ${wanted}, and the server was started with ${ids}.`,
  );
}
