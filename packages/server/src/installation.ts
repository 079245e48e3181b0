import { hostname } from "node:os";
import { join } from "node:path";
import type { AuditAct, Authority, Digest, EnvironmentName } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Api, EnvironmentActs, Reach } from "#api";
import {
  createAdministrationApi,
  createEnvironmentDoor,
  createHandedOn,
  createIdentityApi,
  createPagesApi,
  createScimApi,
} from "#api";
import type { AuditAdministration } from "#audit";
import { startRetention } from "#audit";
import type { EgressPolicy, EgressRefusal } from "#egress";
import { createEgress, openEgressPolicy } from "#egress";
import type { EnvironmentRecord, Environments } from "#environments";
import { openEnvironments, shouldArchive } from "#environments";
import type { AdjustableClock, Clock, Ids, Log, Random, Timer } from "#kernel";
import { openOperatorTokens } from "#keys";
import type { AuditDraft } from "#store";
import type { AppChange } from "#sync";
import type { MasterKey } from "#vault";
import type { OpenEnvironment } from "./open-environment.ts";
import { openEnvironment } from "./open-environment.ts";
import type { OpenStore } from "./open-store.ts";
import { openOwnStore } from "./open-store.ts";
import { shownCertificate } from "./shown-certificate.ts";
import type { OpenPeople } from "./open-people.ts";
import { openPeople } from "./open-people.ts";
import type { OpenSinks } from "./open-sinks.ts";
import { openSinks } from "./open-sinks.ts";
import type { ServerOptions } from "./options.ts";

/** What an installation is opened with. */
export interface InstallationWorld {
  readonly options: ServerOptions;
  readonly masterKeys: readonly [MasterKey, ...MasterKey[]];
  readonly clock: Clock;
  readonly machineClock: Clock;
  readonly virtualTime: AdjustableClock | null;
  readonly random: Random;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly log: Log;
  readonly version: string;
  readonly ownPort: () => number;
  readonly onAppChange?: (change: AppChange) => void;
}

/** Every environment of a server, and what is above them all. */
export interface Installation {
  readonly reach: Reach;
  readonly administration: Api;
  /** The door of people and tokens to the environments; null in development. */
  readonly environmentDoor: Api | null;
  /** The API of people themselves. */
  readonly people: Api;
  /** What directories call. */
  readonly scim: Api;
  /** The pages; null: none are shown here. */
  readonly pages: Api | null;
  /** A way in for the first owner; null once there are people, and in development. */
  setUpLink(): Promise<string | null>;
  /** Begins to take work in every environment. */
  start(): void;
  /** Stops taking work everywhere; calls under way have `graceMs` to end. */
  halt(graceMs: number): Promise<void>;
  /** Ends every API, and the streams that are open. */
  endApis(): Promise<void>;
  close(): Promise<void>;
}

/** How long the last entries have to reach the sinks when the server stops. */
const DRAIN_MS = 2_000;
/** How often is looked for branches that nobody uses any more. */
const LOOK_MS = 10 * 60 * 1000;

const CLOCKWORK: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

/**
 * Opens the installation's own store, and every environment that is not a branch in the archive; those are opened when
 * somebody asks for them.
 *
 * @throws HoldfastError when a store cannot be opened. Nothing is left open then.
 */
export async function openInstallation(world: InstallationWorld): Promise<Installation> {
  const { options, machineClock, random, digest, ids, log } = world;
  const identity =
    options.egressCertificate === undefined
      ? null
      : shownCertificate(options.egressCertificate, machineClock, log);
  const storeWorld = { ...world, clock: machineClock };
  /** What is open and belongs to nothing else that is, in case something else cannot be opened. */
  const loose = new Set<OpenStore>();
  const open = new Map<string, Promise<OpenEnvironment>>();
  const handedOn = createHandedOn();
  let hasStarted = false;
  let timer: Timer | null = null;
  let outlets: OpenSinks | null = null;
  let peoples: OpenPeople | null = null;

  try {
    // The main environment's file first: whoever has it locked has the whole folder.
    const main = options.mode;
    const mainStore = await openOwnStore(main, options.dataDir, storeWorld);
    loose.add(mainStore);
    const own = await openOwnStore("installation", join(options.dataDir, "installation"), storeWorld, true);
    loose.add(own);
    const { administration } = own.store;
    const draft = own.audit.draft.bind(own.audit);
    const environments = await openEnvironments({
      administration,
      audit: own.audit,
      clock: machineClock,
      digest,
      main,
    });
    const operators = await openOperatorTokens({
      administration,
      draft,
      clock: machineClock,
      random,
      digest,
      configured: options.operatorTokens ?? [],
    });
    const mainEnvironment = await opened(environments.main, mainStore, null);
    loose.delete(mainStore);
    open.set(main, Promise.resolve(mainEnvironment));
    /** Those with keys of their own, as they are now. */
    const owners = new Map<string, OpenEnvironment>([[main, mainEnvironment]]);
    for (const record of environments.list()) {
      if (record.kind !== "custom" && record.kind !== "branches") continue;
      owners.set(record.name, await openOne(record));
    }
    for (const record of environments.list())
      if (record.kind === "branch" && record.archivedAt === null) await openOne(record);

    async function opened(
      record: EnvironmentRecord,
      store: OpenStore,
      family: OpenEnvironment | null,
    ): Promise<OpenEnvironment> {
      // A call that has a slot does not wait for a connection longer than its app needs to take one up.
      const egressPolicy = await openEgressPolicy<AuditDraft>({
        administration: store.store.administration,
        draft: (act) => store.audit.draft(act),
        configured: configuredEgress(options),
      });
      const egress = createEgress({
        clock: machineClock,
        connectionsPerOrigin: options.callSlots,
        ...(options.egressAuthorities === undefined ? {} : { authorities: options.egressAuthorities }),
        ...(identity === null ? {} : { identity }),
        limits: () => egressPolicy.rules().limits,
        guard: {
          rules: () => egressPolicy.rules(),
          ownPorts: () => new Set([world.ownPort()]),
          onRefused: (refusal) => noteRefusal(store, refusal, log),
        },
      });
      const environment = await openEnvironment({
        ...world,
        record,
        own: store,
        egress,
        egressPolicy: {
          ...egressPolicy,
          async set(by, policy) {
            const changed = await egressPolicy.set(by, policy);
            egress.reconsider();
            if (record.name === options.mode) {
              outlets?.reconsider();
              peoples?.reconsider();
            }
            return changed;
          },
        },
        family,
        handedOn,
        node: hostname(),
      });
      if (hasStarted) environment.start();
      return environment;
    }

    /** The environment, opened now if it is not yet. Two who ask at once get the same. */
    function openOne(record: EnvironmentRecord): Promise<OpenEnvironment> {
      const known = open.get(record.name);
      if (known !== undefined) return known;
      const opening = (async () => {
        const family = record.family === null ? null : await openOne(recordOf(environments, record.family));
        const folder = join(options.dataDir, "environments", record.name);
        const store = await openOwnStore(record.name, folder, storeWorld);
        try {
          return await opened(record, store, family);
        } catch (error) {
          await store.close();
          throw error;
        }
      })();
      open.set(record.name, opening);
      // One that could not be opened may be tried again.
      opening.catch(() => open.delete(record.name));
      return opening;
    }

    /** Closes what is open under a record that is no longer true, and opens it as it is now. */
    async function reopen(record: EnvironmentRecord): Promise<void> {
      const before = await open.get(record.name);
      if (before === undefined || before.record.archivedAt === record.archivedAt) return;
      open.delete(record.name);
      await before.halt(0);
      await before.close();
      if (record.kind === "branch" && record.archivedAt !== null) return;
      const now = await openOne(record);
      if (record.kind !== "branch") owners.set(record.name, now);
    }

    const changing: Environments = {
      ...environments,
      async create(by, request) {
        const record = await environments.create(by, request);
        owners.set(record.name, await openOne(record));
        return record;
      },
      async archive(by, name) {
        const record = await environments.archive(by, name);
        await reopen(record);
        return record;
      },
      async unarchive(by, name) {
        const record = await environments.unarchive(by, name);
        await reopen(record);
        return record;
      },
    };

    async function archiveIdle(): Promise<void> {
      for (const record of environments.list()) {
        const environment = record.kind === "branch" ? await open.get(record.name) : undefined;
        if (environment === undefined || record.archivedAt !== null) continue;
        const use = { lastUsedAt: await environment.lastUsedAt(), isBusy: await environment.isBusy() };
        if (shouldArchive(record, use, machineClock.now())) await changing.archive(CLOCKWORK, record.name);
      }
    }

    function look(): void {
      timer = machineClock.after(LOOK_MS, () => {
        archiveIdle()
          .catch((error: unknown) =>
            log.error({ error: String(error) }, "idle branches could not be archived"),
          )
          .finally(look);
      });
    }
    look();

    /** Every log that is open: the installation's, and those of the environments. */
    const logs = async (): Promise<readonly AuditAdministration[]> => {
      const openings = await Promise.allSettled(open.values());
      return [
        own.audit,
        ...openings.flatMap((each) => (each.status === "fulfilled" ? [each.value.acts.audit] : [])),
      ];
    };
    outlets = await openSinks({
      ...world,
      clock: machineClock,
      own,
      policy: mainEnvironment.acts.egress,
      logs,
    });
    const { sinks } = outlets;
    const people = await openPeople({
      ...world,
      clock: machineClock,
      own,
      policy: mainEnvironment.acts.egress,
    });
    peoples = people;
    const retention =
      options.auditRetentionDays === undefined
        ? null
        : startRetention({
            days: options.auditRetentionDays,
            logs,
            received: (name) => sinks.received(name),
            clock: machineClock,
            log,
          });

    const actsOf = async (name: string): Promise<EnvironmentActs | null> => {
      const record = environments.get(name);
      return record === null ? null : (await openOne(record)).acts;
    };
    const administrationApi = createAdministrationApi({
      mode: options.mode,
      identity: people.identity,
      publicUrl: people.publicUrl,
      instance: people.instance,
      mail: people.mail,
      fetchMetadata: (url) => people.fetchMetadata(url),
      operators,
      environments: changing,
      acts: actsOf,
      audit: own.audit,
      sinks,
      vault: own.vault,
      machineClock,
      ids,
      log,
    });
    await administrationApi.ready();
    // A development server asks nobody who he is.
    const environmentDoor =
      options.mode === "dev"
        ? null
        : createEnvironmentDoor({
            mode: options.mode,
            identity: people.identity,
            operators,
            publicUrl: people.publicUrl,
            audit: own.audit,
            environments,
            apiOf: async (record) => (await openOne(record)).api,
            handedOn,
            machineClock,
            ids,
            log,
          });
    await environmentDoor?.ready();
    const identityApi = createIdentityApi({
      mode: options.mode,
      identity: people.identity,
      instance: people.instance,
      hasMail: people.mail !== null,
      publicUrl: people.publicUrl,
      audit: own.audit,
      machineClock,
      ids,
      log,
    });
    await identityApi.ready();
    const { directories } = people.identity;
    const scimApi = createScimApi({
      mode: options.mode,
      audit: own.audit,
      publicUrl: people.publicUrl,
      authenticate: async (connection, authorization, from) =>
        directories.authenticate(connection, authorization, from),
      leaked: (token, by) => directories.leaked(token, by),
      machineClock,
      ids,
      log,
    });
    await scimApi.ready();
    const pagesApi =
      options.pages === undefined
        ? null
        : createPagesApi({ mode: options.mode, machineClock, ids, log }, options.pages);
    await pagesApi?.ready();

    return {
      reach: {
        owners: () => [...owners.values()],
        async branch(family, slug) {
          const record = environments.branch(family, slug);
          return record === null ? null : openOne(record);
        },
        async makeBranch(family, slug, keyId) {
          const by: Authority = {
            actor: { type: "app", id: keyId, name: null, keyId },
            context: { address: null, userAgent: null, requestId: null, via: "api" },
          };
          const record = await environments.openBranch(by, family, slug);
          await reopen(record);
          return openOne(record);
        },
      },
      administration: administrationApi,
      environmentDoor,
      people: identityApi,
      scim: scimApi,
      pages: pagesApi,
      async setUpLink() {
        const { setUp } = people.identity;
        if (options.mode === "dev" || setUp.isDone) return null;
        const { token } = await setUp.link(CLOCKWORK);
        return `${people.publicUrl()}/set-up#${token}`;
      },
      start() {
        own.audit.note(lifeAct("server.started"));
        hasStarted = true;
        for (const opening of open.values()) void opening.then((environment) => environment.start());
      },
      async halt(graceMs) {
        timer?.cancel();
        hasStarted = false;
        await Promise.all([...open.values()].map(async (opening) => (await opening).halt(graceMs)));
      },
      async endApis() {
        await Promise.all([
          administrationApi.close(),
          environmentDoor?.close(),
          identityApi.close(),
          scimApi.close(),
          pagesApi?.close(),
          ...[...open.values()].map(async (opening) => (await opening).api.close()),
        ]);
      },
      async close() {
        timer?.cancel();
        retention?.stop();
        await administrationApi.close();
        await identityApi.close();
        own.audit.note(lifeAct("server.stopped"));
        // What cannot be signed here cannot when the log is closed either, and is heard of there.
        await Promise.allSettled((await logs()).map((audit) => audit.checkpoint()));
        await sinks.drain(DRAIN_MS);
        await outlets?.close();
        await people.close();
        for (const opening of open.values()) await (await opening).close();
        await own.close();
      },
    };
  } catch (error) {
    await outlets?.close();
    await peoples?.close();
    for (const opening of open.values())
      await opening.then(
        (environment) => environment.close(),
        () => undefined,
      );
    for (const store of loose) await store.close();
    throw error;
  }
}

function recordOf(environments: Environments, name: EnvironmentName): EnvironmentRecord {
  const record = environments.get(name);
  if (record !== null) return record;
  throw new HoldfastError("environment_unknown", `There is no environment "${name}".`);
}

/** The server's own coming and going. */
function lifeAct(action: "server.started" | "server.stopped"): AuditAct {
  const targets = [{ type: "installation", id: "installation", name: null }];
  return { action, authority: CLOCKWORK, targets, result: "success", reason: null, changes: {} };
}

/**
 * What the settings say of where requests may go. Who listens on this machine alone may call apps on it: nobody from outside
 * can have an address of this machine registered. A development server calls whatever it finds.
 */
function configuredEgress({ egress, host, mode }: ServerOptions): EgressPolicy {
  if (mode === "dev") return { mode: "any", allow: [], plainHttp: [] };
  const isLocal = ["127.0.0.1", "::1", "localhost"].includes(host);
  const own = isLocal ? ["127.0.0.0/8", "::1", "localhost"] : [];
  return {
    mode: egress?.mode ?? "public",
    allow: [...own, ...(egress?.allow ?? [])],
    plainHttp: egress?.plainHttp ?? [],
  };
}

/** A request that was not let out: in the server's log, and in that of its environment. */
function noteRefusal({ audit }: OpenStore, { addresses, host, rule }: EgressRefusal, log: Log): void {
  log.warn({ rule, host, addresses }, "the egress policy refused a request");
  audit.note({
    action: "egress.blocked",
    authority: CLOCKWORK,
    targets: [{ type: "host", id: host.slice(0, 255), name: null }],
    result: "denied",
    reason: rule,
    changes: {},
  });
}
