/** Mutants that behave as the program does, with the reason: by file and by text, since lines move. */
export interface EquivalentMutant {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly because: string;
}

export const EQUIVALENT: readonly EquivalentMutant[] = [
  {
    file: "packages/server/src/api/authenticate.ts",
    before: 'request.raw.url ?? ""',
    after: "request.raw.url",
    because: "a request that came in has one",
  },
  {
    file: "packages/server/src/api/dispatch.ts",
    before: 'request.header("authorization") ?? undefined',
    after: 'request.header("authorization")',
    because: "either word says that there is none",
  },
  {
    file: "packages/server/src/api/administration/authority-of.ts",
    before: "request.authority === null",
    after: "false",
    because: "the door lets nobody in without: the line is there for the day on which it would",
  },
  {
    file: "packages/server/src/api/administration/authority-of.ts",
    before: "request.grant === null",
    after: "false",
    because: "the door lets nobody in without: the line is there for the day on which it would",
  },
  {
    file: "packages/server/src/api/administration/administration.ts",
    before: 'app.decorateRequest("grant", null);',
    after: ";",
    because: "the member is written before it is read, declared or not",
  },
  {
    file: "packages/server/src/audit/sinks/file-transport.ts",
    before: "isNew",
    after: "true",
    because: "only a crash of the whole machine would show it, and no test can have one",
  },
  {
    file: "packages/server/src/audit/sinks/file-transport.ts",
    before: "isNew",
    after: "false",
    because: "only a crash of the whole machine would show it, and no test can have one",
  },
  {
    file: "packages/server/src/audit/sinks/file-transport.ts",
    before: "await syncFolder(folder);",
    after: ";",
    because: "only a crash of the whole machine would show it, and no test can have one",
  },
  {
    file: "packages/server/src/audit/sinks/file-transport.ts",
    before: "await folder.sync();",
    after: ";",
    because: "only a crash of the whole machine would show it, and no test can have one",
  },
  {
    file: "packages/server/src/audit/open-audit-log.ts",
    before: "entry?.hash ?? CHAIN_START",
    after: "entry?.hash",
    because: "a tree that is not empty ends with an entry",
  },
  {
    file: "packages/server/src/audit/open-audit-log.ts",
    before: "action === undefined && actor === undefined",
    after: "false",
    because: "where nothing is asked for, every entry is wanted, whether it was read or not",
  },
  {
    file: "packages/server/src/front-door/address-rate.ts",
    before: "this.#buckets.get(network) ?? null",
    after: "this.#buckets.get(network)",
    because: "a bucket that is not there is a full one, by either word",
  },
  {
    file: "packages/server/src/front-door/framing.ts",
    before: 'errorCode ?? ""',
    after: "errorCode",
    because: "there is no sentence for a code that is not there, by either word",
  },
  {
    file: "packages/server/src/egress/exchange.ts",
    before: "this.#hopSent",
    after: "false",
    because: "the HTTP client sends nothing twice: the line is there for the day on which it would",
  },
  {
    file: "packages/server/src/egress/exchange.ts",
    before: 'throw new Error("about to be sent twice");',
    after: ";",
    because: "the HTTP client sends nothing twice: the line is there for the day on which it would",
  },
  {
    file: "packages/server/src/egress/exchange.ts",
    before: "isWhole",
    after: "false",
    because: "a body of one piece is copied, to the same bytes",
  },
  {
    file: "packages/server/src/egress/exchange.ts",
    before: 'typeof head[name] !== "string"',
    after: "true",
    because: "headers that need no joining are joined, to the same text",
  },
  {
    file: "packages/server/src/egress/exchange.ts",
    before: "value !== undefined",
    after: "true",
    because: "an answer has no header without a value",
  },
  {
    file: "packages/server/src/egress/pinned-connect.ts",
    before: 'addresses[index] ?? ""',
    after: "addresses[index]",
    because: "a name without addresses was refused before",
  },
  {
    file: "packages/server/src/egress/decode-body.ts",
    before: ">=",
    after: ">",
    because: "two bytes are no whole stream, with a header or without",
  },
  {
    file: "packages/server/src/keys/event-keys.ts",
    before: "before?.bucket ?? null",
    after: "before?.bucket",
    because: "a rate takes undefined for null: there is no bucket yet",
  },
  {
    file: "packages/server/src/keys/keyring.ts",
    before: 'authorization ?? ""',
    after: "authorization",
    because: "the expression reads undefined as a word that is no bearer token",
  },
  {
    file: "packages/server/src/keys/message-signatures.ts",
    before: "ed25519Keys[0]?.signer ?? requestKey",
    after: "ed25519Keys[0]?.signer",
    because: "there is one signing key at least, and so one of each kind",
  },
  {
    file: "packages/server/src/keys/message-signatures.ts",
    before: 'header(Header.audience) ?? ""',
    after: "header(Header.audience)",
    because: "what was read covers the audience, and so has one",
  },
  {
    file: "packages/server/src/front-door/load.ts",
    before: 'kind === "result"',
    after: "false",
    because: "results have no marks to pass: the line says what is meant",
  },
  {
    file: "packages/server/src/front-door/host-rule.ts",
    before: 'publicUrl ?? ""',
    after: "publicUrl",
    because: "null is read as a text that is no URL",
  },
  {
    file: "packages/server/src/front-door/host-rule.ts",
    before: 'URL.parse(publicUrl ?? "")?.hostname ?? ""',
    after: 'URL.parse(publicUrl ?? "")?.hostname',
    because: "no request names nothing",
  },
  {
    file: "packages/server/src/front-door/open-front-door.ts",
    before: 'request.method ?? ""',
    after: "request.method",
    because: "a request that came in has one",
  },
  {
    file: "packages/server/src/front-door/open-front-door.ts",
    before: 'request.url ?? ""',
    after: "request.url",
    because: "a request that came in has one",
  },
  {
    file: "packages/server/src/front-door/open-front-door.ts",
    before: ">=",
    after: ">",
    because: "a path begins with a slash, and so its query is never the first",
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
    file: "packages/server/src/environments/open-environments.ts",
    before: "<",
    after: "<=",
    because: "no two environments have one name",
  },
  {
    file: "packages/server/src/retention/find-subject.ts",
    before: "needles.length > 0",
    after: "true",
    because: "without values nothing is found, and it is not worth reading everything for that",
  },
  {
    file: "packages/server/src/retention/find-subject.ts",
    before: ">",
    after: ">=",
    because: "the same",
  },
  {
    file: "packages/server/src/retention/find-subject.ts",
    before: "!runs.has(run.id)",
    after: "true",
    because: "a set has each run once; what is asked again is known already",
  },
  {
    file: "packages/server/src/retention/open-retention.ts",
    before: "false",
    after: "true",
    because: "nothing that is counted is added, whichever way it is said",
  },
  {
    file: "packages/protocol/src/signatures-v2/read-signature.ts",
    before: 'input ?? ""',
    after: "input",
    because: "the expression reads null as a word that is no input of a signature",
  },
  {
    file: "packages/protocol/src/tokens.ts",
    before: 'BASE62[left % 62] ?? ""',
    after: "BASE62[left % 62]",
    because: "a remainder of 62 is a place in 62 characters",
  },
];
