import type { AuditAct, AuditAction, Digest, Grant, Permission } from "@holdfast/protocol";
import { HoldfastError, isWithinAny, makeToken, PERMISSIONS, readToken } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { AdministrationStore } from "#store";
import type { Holder } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { ServiceAccountRecord, ServiceTokenRecord } from "../records.ts";
import { readPersonName } from "../people/person-name.ts";
import { inWords } from "../people/people.ts";

/** A token of a service account, as it may be shown. */
export interface ServiceToken extends Omit<ServiceTokenRecord, "hash"> {
  readonly id: string;
  readonly lastUsedAt: number | null;
}

export interface ServiceAccount extends ServiceAccountRecord {
  readonly id: string;
  readonly tokens: readonly ServiceToken[];
}

/** Who shows a good token. */
export interface ServiceCaller {
  readonly id: string;
  readonly name: string;
  readonly tokenId: string;
  readonly grants: readonly Grant[];
  /** Permissions beyond which the token opens nothing; null: all of its account's. */
  readonly scopes: readonly Permission[] | null;
}

/** Accounts of machines: they own tokens, so that these outlive the people who made them. */
export interface ServiceAccounts {
  list(): readonly ServiceAccount[];
  /** @throws HoldfastError `forbidden`, `request_invalid` */
  create(by: Holder, request: { readonly name: string; readonly grant: Grant }): Promise<string>;
  /** Ends its tokens, too. @throws HoldfastError `not_found`, `forbidden` */
  remove(by: Holder, id: string): Promise<void>;
  /** @throws HoldfastError `not_found`, `forbidden`, `request_invalid` */
  makeToken(
    by: Holder,
    account: string,
    request: {
      readonly name: string;
      readonly expiresAt: number;
      readonly scopes: readonly string[] | null;
      readonly addresses: readonly string[] | null;
    },
  ): Promise<{ readonly id: string; readonly secret: string }>;
  revokeToken(by: Holder, account: string, token: string, reason: string | null): Promise<void>;
  /** Who shows this token, or null: malformed, unknown, expired, revoked and from elsewhere look the same. */
  check(authorization: string | undefined, address: string): ServiceCaller | null;
  /** A token stood in a URL: whoever has it now, it is over. */
  leaked(token: string, by: AuditAct["authority"]): Promise<void>;
}

export interface ServiceAccountsDeps {
  readonly ledger: Ledger;
  readonly administration: AdministrationStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Whether an address lies in one of these networks. @throws HoldfastError `request_invalid` for what is no network */
  readonly isWithinNetworks: (address: string, networks: readonly string[]) => boolean;
}

const ID_CHARS = 12;
const ID_BYTES = 8;
const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIME_MAX_MS = 366 * DAY_MS;
const NOTE_MS = 60_000;

/** Opens the accounts of machines, and what is known of their tokens' last use. */
export async function openServiceAccounts(deps: ServiceAccountsDeps): Promise<ServiceAccounts> {
  const { administration, clock, digest, isWithinNetworks, ledger, random } = deps;
  const uses = new Map<string, number>();
  for (const { body, id } of await administration.records("key-use"))
    // Noted by `use` below, and by the other keys of this store.
    uses.set(id, (JSON.parse(body) as { readonly at: number }).at);

  const tokensOf = (owner: string) =>
    ledger.all("service-token").filter(([, token]) => token.account === owner);

  function account(id: string): ServiceAccountRecord {
    const found = ledger.get("service-account", id);
    if (found === null || found.removedAt !== null)
      throw new HoldfastError("not_found", "There is no such service account.");
    return found;
  }

  function mayTouch(by: Holder, { grants }: ServiceAccountRecord): void {
    if (!grants.every((grant) => isWithinAny(grant, by.grants)))
      throw new HoldfastError("forbidden", "Nobody decides about an account that may more than he.");
  }

  async function act(
    by: Holder["authority"],
    changes: readonly Change[],
    action: AuditAction,
    target: AuditAct["targets"][number],
    facts: AuditAct["changes"],
    reason: string | null = null,
  ): Promise<void> {
    await ledger.commit(changes, [
      { action, authority: by, targets: [target], result: "success", reason, changes: facts },
    ]);
  }

  function use(id: string, now: number): void {
    if (now - (uses.get(id) ?? 0) < NOTE_MS) return;
    uses.set(id, now);
    // Nobody waits for it, and it may be lost.
    administration.note([{ kind: "key-use", id, body: JSON.stringify({ at: now }) }]).catch(() => undefined);
  }

  function find(token: string): readonly [id: string, ServiceTokenRecord] | null {
    // A mistyped one is refused before anything is looked up.
    if (readToken(token)?.kind !== "svc") return null;
    const hash = digest.sha256Hex(token);
    const id = hash.slice(0, ID_CHARS);
    const found = ledger.get("service-token", id);
    return found !== null && digest.equal(found.hash, hash) ? [id, found] : null;
  }

  async function revoke(
    by: Holder["authority"],
    id: string,
    token: ServiceTokenRecord,
    action: AuditAction,
    reason: string | null,
  ): Promise<void> {
    if (token.revokedAt !== null) return;
    const change: Change = { kind: "service-token", id, value: { ...token, revokedAt: clock.now() } };
    await act(by, [change], action, { type: "service_token", id, name: token.name }, {}, reason);
  }

  return {
    list: () =>
      ledger
        .all("service-account")
        .filter(([, { removedAt }]) => removedAt === null)
        .map(([id, record]) => ({
          id,
          ...record,
          tokens: tokensOf(id).map(([each, { hash: _hash, ...token }]) => ({
            id: each,
            ...token,
            lastUsedAt: uses.get(each) ?? null,
          })),
        })),
    create: (by, { grant, name }) =>
      ledger.inTurn(async () => {
        const readName = readPersonName(name);
        if (!isWithinAny(grant, by.grants))
          throw new HoldfastError("forbidden", "Nobody hands on more than he holds.");
        const id = Buffer.from(random.bytes(ID_BYTES)).toString("hex");
        const value = { name: readName, grants: [grant], createdAt: clock.now(), removedAt: null };
        const target = { type: "service_account", id, name: readName };
        await act(by.authority, [{ kind: "service-account", id, value }], "service_account.created", target, {
          grants: { from: [], to: [inWords(grant)] },
        });
        return id;
      }),
    remove: (by, id) =>
      ledger.inTurn(async () => {
        const before = account(id);
        mayTouch(by, before);
        const now = clock.now();
        const over = tokensOf(id)
          .filter(([, { revokedAt }]) => revokedAt === null)
          .map(
            ([each, token]) =>
              ({ kind: "service-token", id: each, value: { ...token, revokedAt: now } }) as const,
          );
        await act(
          by.authority,
          [{ kind: "service-account", id, value: { ...before, removedAt: now } }, ...over],
          "service_account.removed",
          { type: "service_account", id, name: before.name },
          { tokens: { from: over.length, to: 0 } },
        );
      }),
    makeToken: (by, id, { addresses, expiresAt, name, scopes }) =>
      ledger.inTurn(async () => {
        const before = account(id);
        mayTouch(by, before);
        const now = clock.now();
        if (expiresAt <= now || expiresAt > now + LIFETIME_MAX_MS)
          throw new HoldfastError(
            "request_invalid",
            "A token expires within a year, and not before it is made.",
          );
        const wrong = scopes?.find((scope) => !PERMISSIONS.some((permission) => permission === scope));
        if (wrong !== undefined)
          throw new HoldfastError("request_invalid", `There is no permission "${wrong.slice(0, 60)}".`);
        if (addresses !== null) isWithinNetworks("127.0.0.1", addresses);
        const secret = makeToken("svc", null, (count) => random.bytes(count));
        const hash = digest.sha256Hex(secret);
        const tokenId = hash.slice(0, ID_CHARS);
        const readName = readPersonName(name);
        const value: ServiceTokenRecord = {
          account: id,
          name: readName,
          hash,
          createdAt: now,
          expiresAt,
          revokedAt: null,
          scopes,
          addresses,
        };
        await act(
          by.authority,
          [{ kind: "service-token", id: tokenId, value }],
          "service_token.created",
          { type: "service_token", id: tokenId, name: readName },
          {
            account: { from: null, to: id },
            scopes: { from: null, to: scopes },
            addresses: { from: null, to: addresses },
            expires_at: { from: null, to: new Date(expiresAt).toISOString() },
          },
        );
        return { id: tokenId, secret };
      }),
    revokeToken: (by, id, tokenId, reason) =>
      ledger.inTurn(async () => {
        mayTouch(by, account(id));
        const token = ledger.get("service-token", tokenId);
        if (token === null || token.account !== id)
          throw new HoldfastError("not_found", "There is no such token of this account.");
        await revoke(by.authority, tokenId, token, "service_token.revoked", reason);
      }),
    check(authorization, address) {
      const [, token] = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "") ?? [];
      const found = token === undefined ? null : find(token);
      if (found === null) return null;
      const [tokenId, { account: id, addresses, expiresAt, revokedAt, scopes }] = found;
      const owner = ledger.get("service-account", id);
      const now = clock.now();
      if (owner === null || owner.removedAt !== null || revokedAt !== null || now >= expiresAt) return null;
      if (addresses !== null && !isWithinNetworks(address, addresses)) return null;
      use(tokenId, now);
      return {
        id,
        name: owner.name,
        tokenId,
        grants: owner.grants,
        // Held against the list when it was made.
        scopes: scopes as readonly Permission[] | null,
      };
    },
    leaked: (token, by) =>
      ledger.inTurn(async () => {
        const found = find(token);
        if (found !== null) await revoke(by, found[0], found[1], "service_token.leaked", "token_in_url");
      }),
  };
}
