import type { AuditAct, AuditContext } from "@holdfast/protocol";
import { canonicalJson, FULL_GRANT } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import { nodeDigest, silentLog, systemRandom } from "#kernel";
import { createOidcClient } from "#oidc";
import { createMemoryDisk } from "#store";
import type { ManualClock } from "../../kernel/testing/manual-clock.ts";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import { masterKey, vaultOf } from "../../vault/testing/world.ts";
import type { Begun, Holder } from "../contract.ts";
import type { Identity, IdentityDeps } from "../open-identity.ts";
import { openIdentity } from "../open-identity.ts";

export const START = 1_800_000_000_000;
export const PASSWORD = "correct horse battery staple";
export const FROM: AuditContext = {
  address: "203.0.113.7",
  userAgent: "a browser",
  requestId: "req-1",
  via: "api",
};

/** The people of an installation over a store in memory, at a time that the test moves. */
export interface TestInstallation {
  readonly clock: ManualClock;
  readonly identity: Identity;
  /** Refusals that were noted, by action and reason. */
  readonly noted: readonly (readonly [action: string, reason: string | null])[];
  /** What the DNS says, by name. */
  readonly texts: Map<string, readonly (readonly string[])[]>;
  /** What it answers for a name of which it says nothing, as Node calls it. */
  readonly dns: { fault: string };
  /** The first owner, signed in. */
  owner(): Promise<Begun>;
  /** Opens the same store again. */
  reopen(): Promise<Identity>;
}

export async function testInstallation(
  changes: Pick<IdentityDeps, "secondFactorRoles"> = {},
): Promise<TestInstallation> {
  const clock = manualClock(START);
  const { administration } = createMemoryDisk().takeOver();
  const noted: (readonly [string, string | null])[] = [];
  const dns = { fault: "ENOTFOUND" };
  const texts = new Map<string, readonly (readonly string[])[]>();
  const draft = (act: AuditAct) => ({ at: clock.now(), text: canonicalJson(act), openings: null });
  const audit: AuditLog = {
    name: "installation",
    draft,
    note: ({ action, reason }) => {
      noted.push([action, reason]);
    },
  };
  const open = async (): Promise<Identity> =>
    openIdentity({
      administration,
      audit,
      vault: await vaultOf(administration, [masterKey(1)]),
      clock,
      random: systemRandom,
      digest: nodeDigest,
      log: silentLog,
      publicUrl: () => "https://holdfast.example",
      instance: "holdfast.example",
      oidc: createOidcClient({ clock, fetch: async () => Promise.reject(new Error("nobody is asked")) }),
      resolveTexts: async (name) =>
        texts.get(name) ??
        Promise.reject(Object.assign(new Error(`queryTxt ${dns.fault} ${name}`), { code: dns.fault })),
      hashCost: { memory: 256, passes: 1 },
      ...changes,
    });
  const identity = await open();
  return {
    clock,
    identity,
    noted,
    texts,
    dns,
    async owner() {
      const { token } = await identity.setUp.link({
        actor: { type: "system", id: "server", name: null, keyId: null },
        context: FROM,
      });
      const request = { token, name: "Ana", email: "ana@example.com", password: PASSWORD };
      return (await identity.setUp.complete(request, FROM)).begun;
    },
    reopen: open,
  };
}

/** Somebody who holds everything. */
export const HOLDER: Holder = {
  authority: { actor: { type: "operator", id: "op-1", name: "Ana", keyId: "op-1" }, context: FROM },
  grants: [FULL_GRANT],
};
