import type { DatabaseSync } from "node:sqlite";
import type { EnvironmentName } from "@holdfast/protocol";
import type { RegisteredApp } from "../contract.ts";
import { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import { WAKES_MAX_COUNT } from "./limits.ts";
import type { ScheduleActs } from "./schedule-acts.ts";
import { encodeTick } from "./schedule-acts.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

export function encodeRegister({ app, functions, ticks }: RegisteredApp): Command {
  const values: Value[] = [app.environment, app.name, app.id, app.url, app.checksum, app.sdk, app.framework];
  values.push(app.appVersion, app.signatures, app.syncedAt, app.error, functions.length);
  for (const fn of functions) {
    values.push(fn.id, fn.slug, fn.name, fn.config, JSON.stringify(fn.limits));
  }
  values.push(ticks.length);
  for (const tick of ticks) encodeTick(values, tick);
  return [CommandKind.register, ...values];
}

export function encodeNoteError(environment: EnvironmentName, name: string, error: string | null): Command {
  return [CommandKind.noteError, environment, name, error];
}

export function encodeRemoveApp(environment: EnvironmentName, name: string, now: number): Command {
  return [CommandKind.removeApp, environment, name, now];
}

/** Acts on apps and their functions. They are rare; nothing here is tuned. */
export class RegisterActs {
  readonly #symbols: SymbolWriter;
  readonly #admission: Admission;
  readonly #schedules: ScheduleActs;
  readonly #findApp: Statement<readonly [id: string, checksum: string]>;
  readonly #putApp: Statement;
  readonly #noteError: Statement;
  readonly #deleteApp: Statement;
  readonly #functionsOf: Statement<readonly [id: string]>;
  readonly #findFunction: Statement<readonly [version: number, config: string]>;
  readonly #putFunction: Statement;
  readonly #archiveFunction: Statement;

  constructor(db: DatabaseSync, symbols: SymbolWriter, admission: Admission, schedules: ScheduleActs) {
    this.#symbols = symbols;
    this.#admission = admission;
    this.#schedules = schedules;
    this.#findApp = prepare(db, "SELECT id, checksum FROM apps WHERE environment = ? AND name = ?");
    this.#putApp = prepare(
      db,
      `INSERT OR REPLACE INTO apps
         (environment, name, id, url, checksum, sdk, framework, app_version, signatures, synced_at,
          error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#noteError = prepare(db, "UPDATE apps SET error = ? WHERE environment = ? AND name = ?");
    this.#deleteApp = prepare(db, "DELETE FROM apps WHERE id = ?");
    this.#functionsOf = prepare(db, "SELECT id FROM functions WHERE app_id = ? AND archived_at IS NULL");
    this.#findFunction = prepare(db, "SELECT version, config FROM functions WHERE id = ?");
    this.#putFunction = prepare(
      db,
      `INSERT OR REPLACE INTO functions (id, app_id, environment, slug, name, version, config, limits,
         archived_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
    );
    this.#archiveFunction = prepare(db, "UPDATE functions SET archived_at = ? WHERE id = ?");
  }

  /** 1, or 0 when the very same was registered already. */
  register(reader: CommandReader): Answer {
    const environment = this.#symbols.number(reader.text());
    const name = reader.text();
    const id = reader.text();
    const url = reader.text();
    const checksum = reader.text();
    const before = this.#findApp.get(environment, name);
    if (before?.[1] === checksum) {
      // The same registration again: only a failure in between is over.
      this.#noteError.run(null, environment, name);
      return 0;
    }
    const sdk = reader.textOrNull();
    const framework = reader.textOrNull();
    const appVersion = reader.textOrNull();
    const signatures = reader.textOrNull();
    const syncedAt = reader.number();
    const error = reader.textOrNull();
    const vanished = new Set<string>();
    for (const appId of new Set([id, before?.[0] ?? id])) {
      for (const [functionId] of this.#functionsOf.all(appId)) vanished.add(functionId);
    }
    const facts = [sdk, framework, appVersion, signatures, syncedAt, error] as const;
    this.#putApp.run(environment, name, id, url, checksum, ...facts);
    const touched = new Set(vanished);
    for (let functions = reader.number(); functions > 0; functions--) {
      const functionId = this.#register(reader, id, environment);
      vanished.delete(functionId);
      touched.add(functionId);
    }
    for (const functionId of vanished) this.#archiveFunction.run(syncedAt, functionId);
    this.#schedules.replaceTicks(reader, touched);
    for (const functionId of touched) this.#admission.stirFunction(this.#symbols.number(functionId));
    this.#admission.wake(new Act(syncedAt, null, 0), WAKES_MAX_COUNT);
    return 1;
  }

  #register(reader: CommandReader, appId: string, environment: number): string {
    const id = reader.text();
    const slug = reader.text();
    const name = reader.text();
    const config = reader.text();
    const limits = reader.text();
    const [version, configBefore] = this.#findFunction.get(id) ?? [0, null];
    const isChanged = config !== configBefore;
    const next = isChanged ? version + 1 : version;
    this.#putFunction.run(id, appId, environment, slug, name, next, config, limits);
    return id;
  }

  noteError(reader: CommandReader): Answer {
    const environment = this.#symbols.number(reader.text());
    const name = reader.text();
    this.#noteError.run(reader.textOrNull(), environment, name);
    return null;
  }

  remove(reader: CommandReader): Answer {
    const environment = this.#symbols.number(reader.text());
    const app = this.#findApp.get(environment, reader.text());
    if (app === undefined) return 0;
    const now = reader.number();
    this.#deleteApp.run(app[0]);
    for (const [functionId] of this.#functionsOf.all(app[0])) {
      this.#archiveFunction.run(now, functionId);
      this.#schedules.endTicks(functionId);
    }
    return 1;
  }
}
