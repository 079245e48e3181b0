import type { AppId, EnvironmentName } from "@holdfast/protocol";
import type { AppRecord, FunctionRecord } from "../records.ts";
import type { RegisteredApp } from "../contract.ts";
import type { Functions } from "./functions.ts";
import { by } from "./order.ts";
import type { Table, Tables } from "./tables.ts";
import type { Ticks } from "./ticks.ts";

/** Apps as they registered, and what becomes of their functions. */
export class Apps {
  readonly #apps: Table<string, AppRecord>;
  readonly #functions: Functions;
  readonly #ticks: Ticks;

  constructor(tables: Tables, functions: Functions, ticks: Ticks) {
    this.#apps = tables.table();
    this.#functions = functions;
    this.#ticks = ticks;
  }

  /** `false`: the very same was registered already. */
  register({ app, functions, ticks }: RegisteredApp): boolean {
    const name = nameOf(app.environment, app.name);
    const before = this.#apps.get(name);
    if (before?.checksum === app.checksum) {
      // The same registration again: only a failure in between is over.
      this.#apps.put(name, { ...before, error: null });
      return false;
    }
    const listedBefore = [...this.#listed(app.id), ...(before === undefined ? [] : this.#listed(before.id))];
    this.#apps.put(name, app);
    for (const fn of functions) this.#put(app, fn);
    const registered = new Set(functions.map(({ id }) => id));
    for (const fn of listedBefore) if (!registered.has(fn.id)) this.#archive(fn, app.syncedAt);
    this.#ticks.replace(new Set([...registered, ...listedBefore.map(({ id }) => id)]), ticks);
    return true;
  }

  noteError(environment: EnvironmentName, name: string, error: string | null): void {
    const app = this.#apps.get(nameOf(environment, name));
    if (app !== undefined) this.#apps.put(nameOf(environment, name), { ...app, error });
  }

  remove(environment: EnvironmentName, name: string, now: number): boolean {
    const app = this.#apps.get(nameOf(environment, name));
    if (app === undefined) return false;
    this.#apps.remove(nameOf(environment, name));
    for (const fn of this.#listed(app.id)) {
      this.#archive(fn, now);
      this.#ticks.end(fn.id);
    }
    return true;
  }

  apps(): readonly AppRecord[] {
    return this.#apps.rows().toSorted(
      by(
        ({ environment }) => environment,
        ({ name }) => name,
      ),
    );
  }

  functions(): readonly FunctionRecord[] {
    return this.#functions.records.rows().toSorted(
      by(
        ({ environment }) => environment,
        ({ slug }) => slug,
        ({ id }) => id,
      ),
    );
  }

  /** Functions of the app that are not archived. */
  #listed(id: AppId): readonly FunctionRecord[] {
    return this.#functions.records
      .rows()
      .filter(({ appId, archivedAt }) => appId === id && archivedAt === null);
  }

  #put(app: AppRecord, fn: FunctionRecord): void {
    const before = this.#functions.records.get(fn.id);
    const version = before === undefined ? 1 : before.version + (before.config === fn.config ? 0 : 1);
    const { id: appId, environment } = app;
    this.#functions.records.put(fn.id, { ...fn, appId, environment, version, archivedAt: null });
  }

  #archive(fn: FunctionRecord, at: number): void {
    this.#functions.records.put(fn.id, { ...fn, archivedAt: at });
  }
}

function nameOf(environment: EnvironmentName, name: string): string {
  return `${environment} ${name}`;
}
