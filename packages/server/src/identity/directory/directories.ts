import type { AuditAct, AuditContext, Authority, Digest } from "@holdfast/protocol";
import { HoldfastError, makeToken, readToken } from "@holdfast/protocol";
import type { ScimDirectory } from "#scim";
import type { Holder } from "../contract.ts";
import { stateOf } from "../sso/enforcement.ts";
import type { DirectoryDeps } from "./directory-rows.ts";
import { createDirectory } from "./directory.ts";
import type { DirectoryTokenRecord } from "./records.ts";

/** Which connections have a directory, and what opens each. */
export interface Directories {
  /** Null: it has none. */
  of(connection: string): { readonly lastSyncAt: number | null } | null;
  /** @throws HoldfastError `not_found`, `conflict` when there is one */
  open(by: Holder, connection: string): Promise<string>;
  /** Another token; the one before is good for a day, so that the directory can be told in peace. */
  rotate(by: Holder, connection: string): Promise<string>;
  close(by: Holder, connection: string): Promise<void>;
  /** Lets it close as many accounts as it likes, for an hour. */
  allowMany(by: Holder, connection: string): Promise<void>;
  /** Whose token it is; null alike whatever is wrong with it. */
  authenticate(
    connection: string,
    authorization: string | undefined,
    from: AuditContext,
  ): { readonly directory: ScimDirectory; readonly authority: Authority } | null;
  /** A token stood in a URL: whoever has it now, it is over. */
  leaked(token: string, by: Authority): Promise<void>;
}

const OVERLAP_MS = 24 * 60 * 60 * 1000;
const MANY_MS = 60 * 60 * 1000;
const ID_CHARS = 12;

export function createDirectories(deps: DirectoryDeps & { readonly digest: Digest }): Directories {
  const { clock, digest, ledger, random } = deps;
  const uses = new Map<string, number>();

  const known = (connection: string): DirectoryTokenRecord | null =>
    ledger.get("directory-token", connection);
  function wanted(connection: string): DirectoryTokenRecord {
    const found = known(connection);
    if (found === null) throw new HoldfastError("not_found", "This connection has no directory.");
    return found;
  }

  async function put(
    by: Authority,
    connection: string,
    value: DirectoryTokenRecord | null,
    action: AuditAct["action"],
    reason: string | null = null,
  ): Promise<void> {
    await ledger.commit(
      [{ kind: "directory-token", id: connection, value }],
      [
        {
          action,
          authority: by,
          targets: [
            {
              type: "sso_connection",
              id: connection,
              name: ledger.get("sso-connection", connection)?.name ?? null,
            },
          ],
          result: "success",
          reason,
          changes: {},
        },
      ],
    );
  }

  function made(): { readonly secret: string; readonly token: DirectoryTokenRecord["tokens"][number] } {
    const secret = makeToken("scim", null, (count) => random.bytes(count));
    return { secret, token: { hash: digest.sha256Hex(secret), createdAt: clock.now(), endsAt: null } };
  }

  const live = ({ tokens }: DirectoryTokenRecord): DirectoryTokenRecord["tokens"] =>
    tokens.filter(({ endsAt }) => endsAt === null || clock.now() < endsAt);

  return {
    of: (connection) => (known(connection) === null ? null : { lastSyncAt: uses.get(connection) ?? null }),
    open: (by, connection) =>
      ledger.inTurn(async () => {
        if (ledger.get("sso-connection", connection) === null)
          throw new HoldfastError("not_found", "There is no such connection.");
        if (known(connection) !== null)
          throw new HoldfastError("conflict", "This connection has a directory already.");
        const { secret, token } = made();
        await put(
          by.authority,
          connection,
          { tokens: [token], mayCloseManyUntil: null },
          "directory.token_made",
        );
        return secret;
      }),
    rotate: (by, connection) =>
      ledger.inTurn(async () => {
        const before = wanted(connection);
        const { secret, token } = made();
        const endsAt = clock.now() + OVERLAP_MS;
        // Two are good at once, and no more.
        const kept = live(before)
          .toSorted((left, right) => right.createdAt - left.createdAt)
          .slice(0, 1)
          .map((each) => ({ ...each, endsAt: each.endsAt ?? endsAt }));
        await put(
          by.authority,
          connection,
          { ...before, tokens: [token, ...kept] },
          "directory.token_made",
          "rotated",
        );
        return secret;
      }),
    close: (by, connection) =>
      ledger.inTurn(async () => {
        wanted(connection);
        await put(by.authority, connection, null, "directory.token_revoked");
      }),
    allowMany: (by, connection) =>
      ledger.inTurn(async () => {
        const before = wanted(connection);
        const value = { ...before, mayCloseManyUntil: clock.now() + MANY_MS };
        await put(by.authority, connection, value, "directory.held", "allowed");
      }),
    authenticate(connection, authorization, from) {
      const [, token] = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "") ?? [];
      const record = ledger.get("sso-connection", connection);
      const directory = known(connection);
      if (token === undefined || readToken(token)?.kind !== "scim" || record === null || directory === null)
        return null;
      const hash = digest.sha256Hex(token);
      if (!live(directory).some((each) => digest.equal(each.hash, hash))) return null;
      if (stateOf(record, clock.now()) === "disabled") return null;
      uses.set(connection, clock.now());
      const id = hash.slice(0, ID_CHARS);
      return {
        directory: createDirectory(deps, connection),
        authority: { actor: { type: "service", id, name: record.name, keyId: id }, context: from },
      };
    },
    leaked: (token, by) =>
      ledger.inTurn(async () => {
        if (readToken(token)?.kind !== "scim") return;
        const hash = digest.sha256Hex(token);
        for (const [connection, record] of ledger.all("directory-token")) {
          const tokens = record.tokens.filter((each) => !digest.equal(each.hash, hash));
          if (tokens.length < record.tokens.length)
            await put(by, connection, { ...record, tokens }, "directory.token_revoked", "token_in_url");
        }
      }),
  };
}
