/** Mutants that behave as the program does, with the reason: by file and by text, since lines move. */
export interface EquivalentMutant {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly because: string;
}

export const EQUIVALENT: readonly EquivalentMutant[] = [
  {
    file: "packages/server/src/keys/event-keys.ts",
    before: "before?.bucket ?? null",
    after: "before?.bucket",
    because: "a rate takes undefined for null: there is no bucket yet",
  },
  {
    file: "packages/server/src/keys/operator-tokens.ts",
    before: 'authorization ?? ""',
    after: "authorization",
    because: "the expression reads undefined as a word that is no token",
  },
  {
    file: "packages/server/src/audit/open-audit-log.ts",
    before: "(await store.checkpoints()).at(-1)?.size ?? 0",
    after: "(await store.checkpoints()).at(-1)?.size",
    because: "a log of no entries is not signed, whatever size was signed last",
  },
  {
    file: "packages/server/src/vault/open-vault.ts",
    before: 'keyIdOf(sealed) ?? ""',
    after: "keyIdOf(sealed)",
    because: "no data key has null for an id, as none has no letters",
  },
  {
    file: "packages/server/src/vault/envelope.ts",
    before: "keyId ?? null",
    after: "keyId",
    because: "where there are four parts there is a second one",
  },
  {
    file: "packages/server/src/environments/archive-rule.ts",
    before: "use.lastUsedAt ?? 0",
    after: "use.lastUsedAt",
    because: "null is 0 among numbers",
  },
  {
    file: "packages/protocol/src/tokens.ts",
    before: 'BASE62[left % 62] ?? ""',
    after: "BASE62[left % 62]",
    because: "a remainder of 62 is a place in 62 characters",
  },
  {
    file: "packages/protocol/src/signatures-v2/audience.ts",
    before: "environmentPart === undefined || appPart === undefined || more.length > 0",
    after: "false",
    because: "what is read must be written again the same",
  },
];
