import type { AuditAct, Authority, Digest, Grant } from "@holdfast/protocol";
import { FULL_GRANT, HoldfastError, isWithin, isWithinAny, makeToken, readToken } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { AdministrationStore, AuditDraft } from "#store";
import type { OperatorTokens } from "./administration.ts";
import { checkKeyName } from "./key-name.ts";

export interface OperatorTokensDeps {
  /** The installation's. */
  readonly administration: AdministrationStore;
  readonly draft: (act: AuditAct) => AuditDraft;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Tokens that the server was started with. One that was revoked stays revoked. */
  readonly configured: readonly string[];
}

interface TokenRecord {
  readonly name: string;
  /** Absent in a record of before there were roles: everything. */
  readonly grant?: Grant;
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

interface Known {
  record: TokenRecord;
  revision: number;
  lastUsedAt: number | null;
}

const ID_CHARS = 12;
/** When a token was last used is noted to the minute. */
const NOTE_MS = 60_000;
/** Of a token that is to be forgotten by itself, unless its maker says otherwise. */
const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIME_MAX_MS = 366 * DAY_MS;

const CONFIGURATION: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "configuration" },
};

/**
 * Opens the tokens of those who administer the installation. Only their hashes are kept: 178 bits cannot be guessed, so a
 * slow hash would protect nothing more.
 *
 * @throws HoldfastError `key_invalid` for a configured token that is none; never quotes it
 */
export async function openOperatorTokens(deps: OperatorTokensDeps): Promise<OperatorTokens> {
  const { administration, clock, digest, draft, random } = deps;
  const byId = new Map<string, Known>();
  for (const { body, id, revision } of await administration.records("operator-token")) {
    // Written by `put` below.
    byId.set(id, { record: JSON.parse(body) as TokenRecord, revision, lastUsedAt: null });
  }
  for (const { body, id } of await administration.records("key-use")) {
    const known = byId.get(id);
    // Noted by `use` below.
    if (known !== undefined) known.lastUsedAt = (JSON.parse(body) as { at: number }).at;
  }

  async function put(
    by: Authority,
    action: "operator_token.created" | "operator_token.revoked" | "operator_token.leaked",
    id: string,
    record: TokenRecord,
    reason: string | null,
    changes: AuditAct["changes"] = {},
  ): Promise<void> {
    const known = byId.get(id);
    const targets = [{ type: "operator_token", id, name: record.name }];
    const outcome = await administration.commit({
      changes: [
        { kind: "operator-token", id, expectedRevision: known?.revision ?? 0, body: JSON.stringify(record) },
      ],
      audit: [draft({ action, authority: by, targets, result: "success", reason, changes })],
    });
    if (outcome.kind === "conflict")
      throw new HoldfastError("conflict", `Cannot change operator token ${id}: it was changed meanwhile.`);
    byId.set(id, { record, revision: (known?.revision ?? 0) + 1, lastUsedAt: known?.lastUsedAt ?? null });
  }

  function store(
    by: Authority,
    token: string,
    { expiresAt, grant, name }: Pick<TokenRecord, "name" | "expiresAt"> & { readonly grant: Grant },
  ): Promise<void> {
    const hash = digest.sha256Hex(token);
    const record = { name, grant, hash, createdAt: clock.now(), expiresAt, revokedAt: null };
    return put(by, "operator_token.created", hash.slice(0, ID_CHARS), record, null, {
      role: { from: null, to: grant.role },
      environments: { from: null, to: grant.environments },
    });
  }

  for (const token of deps.configured) {
    if (readToken(token)?.kind !== "op")
      throw new HoldfastError("key_invalid", "A configured operator token is none, or was mistyped.", {
        next: "Use a token as holdfast keys operator new prints it.",
      });
    if (!byId.has(digest.sha256Hex(token).slice(0, ID_CHARS)))
      await store(CONFIGURATION, token, { name: "configured", expiresAt: null, grant: FULL_GRANT });
  }

  function find(token: string): readonly [id: string, known: Known] | null {
    // A mistyped one is refused before anything is looked up.
    if (readToken(token)?.kind !== "op") return null;
    const hash = digest.sha256Hex(token);
    const id = hash.slice(0, ID_CHARS);
    const known = byId.get(id);
    return known !== undefined && digest.equal(known.record.hash, hash) ? [id, known] : null;
  }

  function use(id: string, known: Known, now: number): void {
    if (known.lastUsedAt !== null && now - known.lastUsedAt < NOTE_MS) return;
    known.lastUsedAt = now;
    // Nobody waits for it, and it may be lost.
    administration.note([{ kind: "key-use", id, body: JSON.stringify({ at: now }) }]).catch(() => undefined);
  }

  return {
    check(authorization) {
      const [, token] = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "") ?? [];
      const found = token === undefined ? null : find(token);
      if (found === null) return null;
      const [id, known] = found;
      const { expiresAt, grant = FULL_GRANT, name, revokedAt } = known.record;
      const now = clock.now();
      if (revokedAt !== null || (expiresAt !== null && now >= expiresAt)) return null;
      use(id, known, now);
      return { id, name, grant };
    },
    list: async () =>
      [...byId].map(
        ([
          id,
          {
            lastUsedAt,
            record: { name, grant = FULL_GRANT, createdAt, expiresAt, revokedAt },
          },
        ]) => ({
          id,
          name,
          grant,
          createdAt,
          expiresAt,
          revokedAt,
          lastUsedAt,
        }),
      ),
    async create(by, { name, expiresAt, grant }) {
      checkKeyName(name);
      const now = clock.now();
      if (expiresAt !== null && (expiresAt <= now || expiresAt > now + LIFETIME_MAX_MS))
        throw new HoldfastError(
          "request_invalid",
          "A token expires within a year, and not before it is made.",
        );
      if (!isWithinAny(grant, by.grants))
        throw new HoldfastError("forbidden", "Nobody hands on more than he holds.");
      const secret = makeToken("op", null, (count) => random.bytes(count));
      await store(by.authority, secret, { name, expiresAt, grant });
      return { id: digest.sha256Hex(secret).slice(0, ID_CHARS), secret };
    },
    async revoke(by, id, reason) {
      const known = byId.get(id);
      if (known === undefined)
        throw new HoldfastError("not_found", `There is no operator token ${id.slice(0, 40)}.`);
      if (!isWithinAny(known.record.grant ?? FULL_GRANT, by.grants))
        throw new HoldfastError("forbidden", "Nobody ends a token that may more than his own.");
      if (known.record.revokedAt !== null) return;
      const isOwner = ({ record: { expiresAt, grant = FULL_GRANT, revokedAt } }: Known): boolean =>
        revokedAt === null && (expiresAt === null || expiresAt > clock.now()) && isWithin(FULL_GRANT, grant);
      if (isOwner(known) && ![...byId].some(([other, each]) => other !== id && isOwner(each)))
        throw new HoldfastError("key_in_use", "This is the last token of an owner: make another one first.", {
          next: "Make a token with holdfast keys operator new --role owner, then revoke this one.",
        });
      await put(
        by.authority,
        "operator_token.revoked",
        id,
        { ...known.record, revokedAt: clock.now() },
        reason,
      );
    },
    async leaked(token, by) {
      const found = find(token);
      if (found === null) return;
      const [id, { record }] = found;
      if (record.revokedAt !== null) return;
      await put(by, "operator_token.leaked", id, { ...record, revokedAt: clock.now() }, "token_in_url");
    },
  };
}
