import type { AuditAdministration, AuditLog } from "#audit";
import { createDrafter, openAuditLog } from "#audit";
import type { Digest } from "@holdfast/protocol";
import type { Clock, Ids, Log, Random } from "#kernel";
import type { SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import type { MasterKey, Vault, VaultAdministration } from "#vault";
import { openVault } from "#vault";

/** What every store is opened with. */
export interface StoreWorld {
  readonly masterKeys: readonly [MasterKey, ...MasterKey[]];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
  readonly version: string;
}

/** A store with what belongs to each: its log, and its secrets. */
export interface OpenStore {
  readonly store: SqliteStore;
  readonly audit: AuditLog & AuditAdministration;
  readonly vault: Vault & VaultAdministration;
  close(): Promise<void>;
}

/**
 * Opens the store of an environment, or that of the installation. Nothing is written when the master key is another one.
 *
 * @throws HoldfastError `store_locked`, `store_foreign`, `store_corrupt`, `master_key_mismatch`, …
 */
export async function openOwnStore(
  owner: string,
  dataDir: string,
  world: StoreWorld,
  isSmall = false,
): Promise<OpenStore> {
  const { clock, digest, ids, log, masterKeys, random, version } = world;
  // A store that is seldom written needs no thread of its own.
  const store = await openSqliteStore({ dataDir, owner, log, inline: isSmall });
  try {
    const drafter = createDrafter({ name: owner, clock, ids, random, digest });
    const { administration } = store;
    const vault = await openVault({
      administration,
      masterKeys,
      environment: owner,
      draft: (act) => drafter.draft(act),
      random: (count) => random.bytes(count),
      now: () => clock.now(),
    });
    const audit = await openAuditLog({
      name: owner,
      store: store.audit,
      administration,
      drafter,
      vault,
      clock,
      digest,
      log,
      version,
    });
    return {
      store,
      audit,
      vault,
      async close() {
        await audit.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
