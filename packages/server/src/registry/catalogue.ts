import type { Digest, EnvironmentName, FunctionId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Log } from "#kernel";
import type { AppRecord, AppStore, FunctionRecord, RegisteredApp } from "#store";
import { sameApp } from "./app-url.ts";
import type { OthersCount } from "./bounds.ts";
import { boundsRefusal } from "./bounds.ts";
import type { CompiledConfig } from "./compiled-config.ts";
import { compileConfig } from "./compiled-config.ts";
import type {
  Endpoint,
  EndpointPolicy,
  FunctionDefinition,
  NoteChange,
  RegisterOutcome,
  RegistrationChange,
  Registry,
} from "./contract.ts";
import { endpointApp, endpointName, endpointSlug, isEndpointApp, vouchedOrigin } from "./endpoints.ts";
import { originOf } from "./origin-rule.ts";
import { storedConfig } from "./function-config.ts";
import { functionDefinition } from "./function-definition.ts";
import type { Refusal } from "./refusal.ts";
import { functionFault, refuse, refuseFunctions } from "./refusal.ts";
import { parseRegistration } from "./registration.ts";
import type { TriggerIndex } from "./trigger-index.ts";
import { startedBy, triggerIndex } from "./trigger-index.ts";

export interface RegistryDeps {
  readonly store: AppStore;
  readonly environment: EnvironmentName;
  readonly digest: Digest;
  readonly log: Log;
  /** Nobody's beside those of registered apps when absent. */
  readonly endpoints?: EndpointPolicy;
  /** Whether an app may be called at another origin than before; anywhere when absent. */
  readonly mayMove?: (app: string, from: string, to: string) => boolean;
  /** Whether apps that do not sign as v2 has it are refused. */
  readonly requireV2?: boolean;
}

/** Everything that is registered, as it was at one moment. Replaced whole, never changed. */
interface Catalogue {
  readonly apps: ReadonlyMap<string, AppRecord>;
  readonly functions: ReadonlyMap<FunctionId, FunctionDefinition>;
  readonly slugs: ReadonlyMap<string, FunctionDefinition>;
  readonly triggers: TriggerIndex;
  /** The text of each function's configuration, to see what a registration changes. */
  readonly configs: ReadonlyMap<FunctionId, string>;
}

/** Reads what is registered, and keeps it at hand: look-ups are on the way of every event and never wait. */
export async function createRegistry(deps: RegistryDeps): Promise<Registry> {
  const { environment, store, log } = deps;
  /** By the text it was compiled from: a registration changes few of the functions there are. */
  let compiled: ReadonlyMap<string, CompiledConfig> = new Map();
  let catalogue = await read();
  let writing: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Catalogue> {
    const apps = (await store.apps()).filter((app) => app.environment === environment);
    const byId = new Map(apps.map((app) => [app.id, app]));
    const stored = (await store.functions())
      .filter((record) => record.environment === environment)
      .map((record) => ({ record, config: compiled.get(record.config) ?? compile(record) }));
    compiled = new Map(stored.map(({ record, config }) => [record.config, config]));
    const functions = stored.map(({ record, config }) =>
      functionDefinition(record, byId.get(record.appId), config),
    );
    return {
      apps: new Map(apps.map((app) => [app.name, app])),
      functions: new Map(functions.map((definition) => [definition.id, definition])),
      slugs: bySlug(functions),
      triggers: triggerIndex(functions),
      configs: new Map(stored.map(({ record }) => [record.id, record.config])),
    };
  }

  function compile(record: FunctionRecord): CompiledConfig {
    return compileConfig(storedConfig(record), (option, reason) => {
      log.warn({ function: record.slug, option, reason }, "an option of a stored function is left out");
    });
  }

  /** One write at a time: two registrations of an app must not mix, and each must see what the last one did. */
  function write<Outcome>(act: () => Promise<Outcome>): Promise<Outcome> {
    const done = writing.then(act);
    writing = done.catch(() => undefined);
    return done;
  }

  function checked(registration: unknown, now: number): RegisteredApp | Refusal {
    const parsed = parseRegistration(registration, { environment, digest: deps.digest, now });
    if ("ok" in parsed) return parsed;
    const known = catalogue.apps.get(parsed.app.name);
    return (
      originRefusal(parsed.app, known, deps.mayMove) ??
      signaturesRefusal(parsed.app, known, deps.requireV2 === true) ??
      takenSlugs(parsed, catalogue.slugs) ??
      boundsRefusal(parsed, othersThan(parsed.app.name)) ??
      parsed
    );
  }

  function othersThan(name: string): OthersCount {
    const others = [...catalogue.functions.values()].filter(
      ({ appName, archived }) => appName !== name && !archived,
    );
    return {
      apps: registeredApps().filter((app) => app.name !== name).length,
      schedules: others.reduce((sum, { crons }) => sum + crons.length, 0),
    };
  }

  async function register(registration: unknown, now: number, note?: NoteChange): Promise<RegisterOutcome> {
    const parsed = checked(registration, now);
    if ("ok" in parsed) {
      log.warn({ code: parsed.code, reason: parsed.message }, "a registration was refused");
      return parsed;
    }
    const known = catalogue.apps.get(parsed.app.name);
    if (known !== undefined && known.checksum === parsed.app.checksum && known.error === null) {
      return { ok: true, modified: false, app: known };
    }
    await store.register(parsed, note?.(changeOf(parsed, known)));
    catalogue = await read();
    log.info(
      { app: parsed.app.name, url: parsed.app.url, functions: parsed.functions.length },
      "an app registered",
    );
    return { ok: true, modified: true, app: parsed.app };
  }

  function changeOf({ app, functions }: RegisteredApp, known: AppRecord | undefined): RegistrationChange {
    const before = new Map(
      [...catalogue.functions.values()]
        .filter(({ appName, archived }) => appName === app.name && !archived)
        .map((definition) => [definition.id, definition]),
    );
    const now = new Set(functions.map(({ id }) => id));
    const slugs = (all: readonly { readonly slug: string }[]): readonly string[] =>
      all.map(({ slug }) => slug);
    return {
      app: app.name,
      url: { from: known?.url ?? null, to: app.url },
      added: slugs(functions.filter(({ id }) => !before.has(id))),
      changed: slugs(
        functions.filter(({ config, id }) => before.has(id) && catalogue.configs.get(id) !== config),
      ),
      removed: slugs([...before.values()].filter(({ id }) => !now.has(id))),
    };
  }

  const registeredApps = (): readonly AppRecord[] =>
    [...catalogue.apps.values()].filter(({ name }) => !isEndpointApp(name));

  /** The endpoint, if it is registered as it has to be. */
  function knownEndpoint({ origin, retries }: Endpoint, name: string): FunctionDefinition | null {
    const known = catalogue.slugs.get(endpointSlug(origin, name));
    return known !== undefined && !known.archived && known.attemptsMax === retries + 1 ? known : null;
  }

  async function registerEndpoint(endpoint: Endpoint, now: number): Promise<FunctionDefinition> {
    const others = [...catalogue.functions.values()].filter(
      ({ appName, archived }) => appName === endpoint.origin && !archived,
    );
    const name = endpointName(endpoint, new Set(others.map((other) => other.name)));
    const known = knownEndpoint(endpoint, name);
    if (known !== null) return known;
    await store.register(endpointApp(endpoint, name, others, { environment, digest: deps.digest, now }));
    catalogue = await read();
    log.info({ app: endpoint.origin, endpoint: name }, "a durable endpoint was registered");
    const made = knownEndpoint(endpoint, name);
    if (made !== null) return made;
    throw new HoldfastError("internal_error", `The endpoint "${name}" is not there after it was stored.`);
  }

  return {
    environment,
    endpointOrigin: (given) =>
      vouchedOrigin(
        given,
        deps.endpoints ?? NO_ENDPOINTS,
        registeredApps().map(({ url }) => url),
      ),
    async endpoint(endpoint, now) {
      return knownEndpoint(endpoint, endpoint.name) ?? (await write(() => registerEndpoint(endpoint, now)));
    },
    register: (registration, now, note) => write(() => register(registration, now, note)),
    startedBy: (eventName) => startedBy(catalogue.triggers, eventName),
    function: (id) => catalogue.functions.get(id) ?? null,
    functionBySlug: (slug) => catalogue.slugs.get(slug) ?? null,
    functions: () => [...catalogue.functions.values()],
    apps: registeredApps,
    app: (name) => catalogue.apps.get(name) ?? null,
    noteError: (name, error) =>
      write(async () => {
        if (catalogue.apps.get(name)?.error === error) return;
        await store.noteError(environment, name, error);
        catalogue = await read();
      }),
    removeByUrl: (url, now, audit) =>
      write(async () => {
        const app = registeredApps().find((known) => sameApp(known.url, url));
        if (app === undefined) return false;
        const removed = await store.remove(environment, app.name, now, audit);
        catalogue = await read();
        return removed;
      }),
  };
}

/**
 * Refuses an app that does not sign where it must: where the server asks it of everybody, and where the app was known to
 * do so. Else whoever has a bearer token could have the answers of an app believed without a signature.
 */
function signaturesRefusal(
  app: AppRecord,
  known: AppRecord | undefined,
  isRequired: boolean,
): Refusal | null {
  if (app.signatures !== null) return null;
  if (isRequired) {
    return refuse(
      "signatures_required",
      `App "${app.name}" does not sign as this server requires it: it needs an SDK with signatures v2.`,
    );
  }
  if (known === undefined || known.signatures === null) return null;
  return refuse(
    "signatures_downgraded",
    `App "${app.name}" registered with signatures v2 before, and now without. ` +
      "If that is meant, remove it first, by DELETE /fn/remove with its URL.",
  );
}

const NO_ENDPOINTS: EndpointPolicy = { origins: [], thisMachine: false };

/** Slugs belong to functions in use; one that is archived keeps its slug as long as nobody else has it. */
function bySlug(functions: readonly FunctionDefinition[]): ReadonlyMap<string, FunctionDefinition> {
  const slugs = new Map<string, FunctionDefinition>();
  for (const definition of functions) {
    if (!definition.archived || !slugs.has(definition.slug)) slugs.set(definition.slug, definition);
  }
  return slugs;
}

/**
 * Refuses slugs that another app has in use. `shop` with a function `eu-pay` and `shop-eu` with a function `pay` come to
 * the same `shop-eu-pay`: whoever registers second must not be found in place of the first.
 */
function takenSlugs(
  { app, functions }: RegisteredApp,
  slugs: ReadonlyMap<string, FunctionDefinition>,
): Refusal | null {
  const [first, ...others] = functions.flatMap(({ slug }) => {
    const holder = slugs.get(slug);
    if (holder === undefined || holder.archived || holder.appId === app.id) return [];
    return [functionFault(slug, `it is registered by the app "${holder.appName}" already`)];
  });
  return first === undefined ? null : refuseFunctions([first, ...others]);
}

/** An app that is registered, and now says that it is elsewhere. Its old address goes on being called. */
function originRefusal(
  app: AppRecord,
  known: AppRecord | undefined,
  mayMove: RegistryDeps["mayMove"],
): Refusal | null {
  if (known === undefined || known.url === app.url || mayMove === undefined) return null;
  if (mayMove(app.name, known.url, app.url)) return null;
  const to = originOf(app.url) ?? "its new address";
  return refuse(
    "origin_held",
    `App "${app.name}" says that it is at ${to} now, and was at ${originOf(known.url) ?? "another address"}: an operator must approve it first. Run: holdfast apps approve ${app.name} ${to}`,
  );
}
