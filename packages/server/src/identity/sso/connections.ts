import type { AuditAct, AuditAction, Grant } from "@holdfast/protocol";
import { HoldfastError, isWithinAny } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { IdpMetadata } from "#saml";
import type { Vault } from "#vault";
import type { Holder, SignedIn } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import { readPersonName } from "../people/person-name.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { connectionChanges } from "./connection-changes.ts";
import { checkEnabling, CONFIRM_MS } from "./enabling.ts";
import { stateOf } from "./enforcement.ts";
import { mergedCertificates } from "./merge-certificates.ts";
import type { OwnKeyChange, OwnKeys } from "./own-keys.ts";
import { readAddress } from "../people/address.ts";
import type { AccountMap, ConnectionRecord, OidcConnectionRecord, SamlConnectionRecord } from "./records.ts";

export type Connection = ConnectionRecord & { readonly id: string };

/** What an administrator may change about a connection; what is absent stays. */
export interface ConnectionChange {
  readonly name?: string;
  readonly map?: AccountMap;
  readonly options?: SamlConnectionRecord["options"];
  readonly provider?: SamlConnectionRecord["provider"];
  readonly oidc?: {
    readonly issuer: string;
    readonly clientId: string;
    /** Absent: the one there is. */
    readonly clientSecret?: string | null;
    readonly tenant: string | null;
  };
}

/** Connections to identity providers, as those who administer them see them. */
export interface Connections {
  list(): readonly Connection[];
  get(id: string): Connection | null;
  /** Those whose provider speaks of this person. */
  linkedTo(person: string): readonly Connection[];
  /** @throws HoldfastError `request_invalid` */
  createSaml(by: Holder, name: string): Promise<Connection>;
  createOidc(
    by: Holder,
    name: string,
    settings: Required<NonNullable<ConnectionChange["oidc"]>>,
  ): Promise<Connection>;
  /** @throws HoldfastError `not_found`, `conflict`, `forbidden` for a map that gives more than its maker holds */
  change(by: Holder, id: string, change: ConnectionChange): Promise<Connection>;
  /** Takes what metadata says; a certificate that is new waits as `next` once there are active ones. */
  takeMetadata(by: Holder, id: string, metadata: IdpMetadata, url: string | null): Promise<Connection>;
  /** Takes certificates that are new in a connection's metadata, as `next`, and nothing else. Of another provider's it takes nothing. */
  noteCertificates(by: Holder["authority"], id: string, metadata: IdpMetadata): Promise<void>;
  turnCertificate(by: Holder, id: string, sha256: string, state: "active" | "retired"): Promise<Connection>;
  /** @throws HoldfastError `not_found`, `key_in_use` while it is required */
  remove(by: Holder, id: string): Promise<void>;
  noteTest(id: string, by: string): Promise<void>;
  /**
   * Turns a connection on or off. Required needs a test by the same person in the last ten minutes and codes for emergencies; it
   * lasts half an hour unless it is confirmed, and ends the sessions of its people that came otherwise.
   */
  enable(
    by: Holder,
    id: string,
    state: "optional" | "required" | "disabled",
    reason: string | null,
  ): Promise<Connection>;
  /** @throws HoldfastError `forbidden` for who did not come by this connection */
  confirm(who: SignedIn, by: Holder, id: string): Promise<Connection>;
  /** Our key pairs, opened. */
  keysOf(connection: SamlConnectionRecord & { readonly id: string }): OwnKeys;
  /** Makes the next key pairs of ours, lets them take over, or gives them up. @throws HoldfastError `not_found`, `conflict` */
  changeOwnKeys(by: Holder, id: string, step: "prepare" | "turn" | "give-up"): Promise<Connection>;
  clientSecretOf(connection: OidcConnectionRecord & { readonly id: string }): string | null;
}

const ID_BYTES = 9;

/** Nobody is let in by a map that nobody wrote. */
const NO_MAP: AccountMap = {
  attributes: { email: null, name: null, groups: null },
  groups: [],
  defaultRole: null,
  roleCeiling: "admin",
  createsAccounts: true,
};

export function createConnections({
  clock,
  ledger,
  ownKeys,
  random,
  sessions,
  vault,
}: {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly ownKeys: OwnKeyChange;
}): Connections {
  const keyPlace = (id: string, field: string) => ({ kind: "sso-connection", id, field }) as const;

  /**
   * However a provider is given, by metadata or by hand: one that was in use is not replaced by another under the same accounts, and no
   * two connections are of one.
   */
  function checkProvider(
    id: string,
    { provider, state }: Pick<SamlConnectionRecord, "provider" | "state">,
    entityId: string,
  ): void {
    if (provider !== null && state !== "draft" && provider.entityId !== entityId)
      throw new HoldfastError("conflict", "This is another provider: its entity id differs.", {
        next: "Make a connection of its own for it.",
      });
    const isTaken = ledger
      .all("sso-connection")
      .some(([each, other]) => each !== id && other.kind === "saml" && other.provider?.entityId === entityId);
    if (isTaken) throw new HoldfastError("conflict", "Another connection has this provider already.");
  }

  function known(id: string): ConnectionRecord {
    const found = ledger.get("sso-connection", id);
    if (found === null) throw new HoldfastError("not_found", "There is no such connection.");
    return found;
  }

  async function put(
    by: Holder["authority"],
    id: string,
    value: ConnectionRecord,
    action: AuditAction,
    changes: AuditAct["changes"],
    also: readonly Change[] = [],
    reason: string | null = null,
  ): Promise<Connection> {
    await ledger.commit(
      [{ kind: "sso-connection", id, value }, ...also],
      [
        {
          action,
          authority: by,
          targets: [{ type: "sso_connection", id, name: value.name }],
          result: "success",
          reason,
          changes,
        },
      ],
    );
    return { id, ...value };
  }

  const newId = (): string => Buffer.from(random.bytes(ID_BYTES)).toString("hex");
  const base = (name: string) => ({
    name: readPersonName(name),
    state: "draft" as const,
    createdAt: clock.now(),
    map: NO_MAP,
    tested: null,
    confirmBy: null,
  });

  function mayMap(by: Holder, { defaultRole, groups, roleCeiling }: AccountMap): void {
    const given: readonly Grant[] = [
      ...groups,
      ...(defaultRole === null ? [] : [{ role: defaultRole, environments: null }]),
      { role: roleCeiling, environments: null },
    ];
    if (roleCeiling === "owner" || given.some(({ role }) => role === "owner"))
      throw new HoldfastError("policy_violation", "No identity provider makes owners: people here do.");
    if (!given.every((grant) => isWithinAny(grant, by.grants)))
      throw new HoldfastError("forbidden", "Nobody hands on more than he holds.");
  }

  /** Sessions of people of its domains that did not come by this connection. */
  const strangers = (id: string): readonly Change[] =>
    sessions.endings((session) => {
      const person = ledger.get("person", session.person);
      const domain = person === null ? undefined : readAddress(person.email)?.domain;
      const isOwn = domain !== undefined && ledger.get("sso-domain", domain)?.connection === id;
      return (
        isOwn &&
        person?.isBreakGlass !== true &&
        session.isEmergency !== true &&
        session.connection?.id !== id
      );
    });

  return {
    list: () => ledger.all("sso-connection").map(([id, record]) => ({ id, ...record })),
    get(id) {
      const found = ledger.get("sso-connection", id);
      return found === null ? null : { id, ...found };
    },
    linkedTo: (person) =>
      ledger
        .all("sso-identity")
        .filter(([, each]) => each.person === person)
        .flatMap(([, { connection: id }]) => {
          const found = ledger.get("sso-connection", id);
          return found === null ? [] : [{ id, ...found }];
        }),
    async createSaml(by, name) {
      const id = newId();
      const start = base(name);
      const value: SamlConnectionRecord = {
        kind: "saml",
        ...start,
        provider: null,
        options: {
          signRequests: true,
          wantAssertionsSigned: false,
          allowUnsolicited: "off",
          nameIdFormat: null,
          authnContexts: [],
          forceAuthn: false,
        },
        keys: await ownKeys.make(id),
      };
      return ledger.inTurn(() =>
        put(by.authority, id, value, "sso_connection.created", { kind: { from: null, to: "saml" } }),
      );
    },
    async createOidc(by, name, { clientId, clientSecret, issuer, tenant }) {
      const id = newId();
      const value: OidcConnectionRecord = {
        kind: "oidc",
        ...base(name),
        map: { ...NO_MAP, attributes: { email: "email", name: "name", groups: "groups" } },
        issuer,
        clientId,
        clientSecret: clientSecret === null ? null : vault.seal(clientSecret, keyPlace(id, "client_secret")),
        tenant,
      };
      return ledger.inTurn(() =>
        put(by.authority, id, value, "sso_connection.created", {
          kind: { from: null, to: "oidc" },
          issuer: { from: null, to: issuer },
        }),
      );
    },
    change: (by, id, change) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (change.map !== undefined) mayMap(by, change.map);
        const common = {
          ...before,
          ...(change.name === undefined ? {} : { name: readPersonName(change.name) }),
          ...(change.map === undefined ? {} : { map: change.map }),
        };
        const touchesTrust =
          change.options !== undefined || change.provider !== undefined || change.oidc !== undefined;
        // What was tested is not what there is now.
        const tested = touchesTrust ? { tested: null } : {};
        let value: ConnectionRecord = { ...common, ...tested };
        if (value.kind === "saml") {
          if (change.provider != null) checkProvider(id, value, change.provider.entityId);
          value = {
            ...value,
            options: change.options ?? value.options,
            provider: change.provider === undefined ? value.provider : change.provider,
          };
        } else if (change.oidc !== undefined) {
          const { clientId, clientSecret, issuer, tenant } = change.oidc;
          const secret =
            clientSecret === undefined
              ? value.clientSecret
              : clientSecret === null
                ? null
                : vault.seal(clientSecret, keyPlace(id, "client_secret"));
          value = { ...value, clientId, issuer, tenant, clientSecret: secret };
        }
        return put(by.authority, id, value, "sso_connection.changed", connectionChanges(before, value));
      }),
    takeMetadata: (by, id, metadata, url) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (before.kind !== "saml")
          throw new HoldfastError("conflict", "This connection speaks OIDC, which has no such metadata.");
        checkProvider(id, before, metadata.entityId);
        const value: SamlConnectionRecord = {
          ...before,
          tested: null,
          provider: {
            entityId: metadata.entityId,
            sso: metadata.sso,
            slo: metadata.slo,
            certificates: mergedCertificates(
              before.provider?.certificates ?? [],
              metadata,
              before.state === "draft",
            ),
            metadataUrl: url,
          },
        };
        return put(by.authority, id, value, "sso_connection.changed", connectionChanges(before, value));
      }),
    noteCertificates: (by, id, metadata) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (before.kind !== "saml" || before.provider === null) return;
        if (before.provider.entityId !== metadata.entityId)
          throw new HoldfastError("conflict", "The metadata is another provider's: its entity id differs.");
        const certificates = mergedCertificates(before.provider.certificates, metadata, false);
        if (certificates.length === before.provider.certificates.length) return;
        const value = { ...before, provider: { ...before.provider, certificates } };
        await put(by, id, value, "sso_connection.changed", connectionChanges(before, value));
      }),
    turnCertificate: (by, id, sha256, state) =>
      ledger.inTurn(async () => {
        const before = known(id);
        const certificates = before.kind === "saml" ? (before.provider?.certificates ?? []) : [];
        const found = certificates.find((each) => each.sha256 === sha256);
        if (before.kind !== "saml" || before.provider === null || found === undefined)
          throw new HoldfastError("not_found", "This connection has no such certificate.");
        const turned = certificates.map((each) => (each === found ? { ...each, state } : each));
        if (!turned.some((each) => each.state === "active"))
          throw new HoldfastError(
            "key_in_use",
            "This is the only certificate that is active: nobody could sign in.",
          );
        const value = { ...before, provider: { ...before.provider, certificates: turned } };
        return put(by.authority, id, value, "sso_connection.changed", connectionChanges(before, value));
      }),
    remove: (by, id) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (stateOf(before, clock.now()) === "required")
          throw new HoldfastError(
            "key_in_use",
            "People of its domains sign in by this connection alone: make it optional first.",
          );
        const also: Change[] = [
          ...ledger
            .all("sso-identity")
            .filter(([, { connection }]) => connection === id)
            .map(([each]) => ({ kind: "sso-identity", id: each, value: null }) as const),
          ...ledger
            .all("sso-domain")
            .filter(([, { connection }]) => connection === id)
            .map(([each]) => ({ kind: "sso-domain", id: each, value: null }) as const),
          ...sessions.endings((session) => session.connection?.id === id),
        ];
        await ledger.commit(
          [{ kind: "sso-connection", id, value: null }, ...also],
          [
            {
              action: "sso_connection.removed",
              authority: by.authority,
              targets: [{ type: "sso_connection", id, name: before.name }],
              result: "success",
              reason: null,
              changes: {},
            },
          ],
        );
      }),
    noteTest: (id, by) =>
      ledger.inTurn(async () => {
        const before = known(id);
        await put(
          {
            actor: { type: "user", id: by, name: null, keyId: null },
            context: { address: null, userAgent: null, requestId: null, via: "api" },
          },
          id,
          { ...before, tested: { at: clock.now(), by } },
          "sso_connection.tested",
          {},
        );
      }),
    enable: (by, id, state, reason) =>
      ledger.inTurn(async () => {
        const before = known(id);
        const now = clock.now();
        checkEnabling(before, state, {
          by: by.authority.actor.id,
          now,
          hasEmergencyCodes: (ledger.get("emergency-codes", "codes")?.codes.length ?? 0) > 0,
          hasVerifiedDomain: ledger
            .all("sso-domain")
            .some(([, each]) => each.connection === id && each.verifiedAt !== null),
        });
        const value = { ...before, state, confirmBy: state === "required" ? now + CONFIRM_MS : null };
        const over =
          state === "required"
            ? strangers(id)
            : state === "disabled"
              ? sessions.endings((session) => session.connection?.id === id)
              : [];
        return put(
          by.authority,
          id,
          value,
          "sso_connection.enabled",
          { state: { from: stateOf(before, now), to: state }, sessions_ended: { from: 0, to: over.length } },
          over,
          reason,
        );
      }),
    confirm: (who, by, id) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (who.session.connection?.id !== id)
          throw new HoldfastError(
            "forbidden",
            "Only who signed in by this connection can confirm that it works.",
          );
        if (stateOf(before, clock.now()) !== "required")
          throw new HoldfastError(
            "conflict",
            "The connection is not required now: its half hour is over, or it never was.",
          );
        return put(by.authority, id, { ...before, confirmBy: null }, "sso_connection.confirmed", {});
      }),
    keysOf: ({ id, ...record }) => ownKeys.open(id, record),
    changeOwnKeys: (by, id, step) =>
      ledger.inTurn(async () => {
        const before = known(id);
        if (before.kind !== "saml")
          throw new HoldfastError("conflict", "This connection speaks OIDC, which has no keys of ours.");
        const keys =
          step === "prepare"
            ? await ownKeys.prepared(id, before)
            : step === "turn"
              ? ownKeys.turned(id, before)
              : ownKeys.givenUp(before);
        const value = { ...before, ...keys };
        return put(by.authority, id, value, "sso_connection.changed", connectionChanges(before, value));
      }),
    clientSecretOf: ({ clientSecret, id }) =>
      clientSecret === null ? null : vault.open(clientSecret, keyPlace(id, "client_secret")),
  };
}
