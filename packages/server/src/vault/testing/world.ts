import type { AuditAct, Authority } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import { systemRandom } from "#kernel";
import type { AdministrationStore } from "#store";
import type { MasterKey } from "../contract.ts";
import { localMasterKey } from "../local-master-key.ts";
import { openVault } from "../open-vault.ts";

export const OPERATOR: Authority = {
  actor: { type: "operator", id: "op-1", name: "Ana", keyId: "op-1" },
  context: { address: null, userAgent: null, requestId: null, via: "api" },
};

export const bytes = (count: number): Uint8Array => systemRandom.bytes(count);

/** A master key, the same for the same seed. */
export function masterKey(seed: number): MasterKey {
  const text = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 7 + seed * 31) % 256)).toString(
    "hex",
  );
  return localMasterKey(text, "the test", bytes);
}

/** The vault of a store, under one master key and those it took over from. */
export function vaultOf(
  administration: AdministrationStore,
  masterKeys: readonly [MasterKey, ...MasterKey[]],
  environment = "production",
  random = bytes,
) {
  return openVault({
    administration,
    masterKeys,
    environment,
    draft: (act: AuditAct) => ({ at: 0, text: canonicalJson(act), openings: null }),
    random,
    now: () => 1000,
  });
}
