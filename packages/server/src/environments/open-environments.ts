import type { AuditAct, AuditAction, Authority, Digest, EnvironmentName } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditDrafter } from "#audit";
import type { Clock } from "#kernel";
import type { AdministrationStore } from "#store";
import type { EnvironmentAdministration } from "./administration.ts";
import { ARCHIVE_AFTER_MS } from "./archive-rule.ts";
import type { EnvironmentKind, EnvironmentRecord } from "./contract.ts";
import { environmentId } from "./ids.ts";
import { mainEnvironment } from "./main-environment.ts";
import { branchName, readEnvironmentName } from "./name.ts";

export interface EnvironmentsDeps {
  /** The installation's. */
  readonly administration: AdministrationStore;
  readonly audit: AuditDrafter;
  readonly clock: Clock;
  readonly digest: Digest;
  /** The environment that is always there. */
  readonly main: "production" | "dev";
}

/** The environments of an installation, and what the server itself does with them. */
export interface Environments extends EnvironmentAdministration {
  readonly main: EnvironmentRecord;
  /** The branch of a family, or null when there is none. */
  branch(family: EnvironmentName, slug: string): EnvironmentRecord | null;
  /**
   * Makes a branch of a family, or finds it. One in the archive comes out of it: something uses it again.
   *
   * @throws HoldfastError `conflict` when the family has as many branches as it may have.
   */
  openBranch(by: Authority, family: EnvironmentName, slug: string): Promise<EnvironmentRecord>;
}

/** Most branches of a family that are not in the archive. Each has a file, a thread and memory of its own. */
const BRANCHES_MAX_COUNT = 50;

interface Known {
  readonly record: EnvironmentRecord;
  readonly revision: number;
}

/**
 * Reads which environments there are. The main one is made at the first start, as a record without an entry of its own:
 * nobody decided it.
 *
 * @throws HoldfastError of the store
 */
export async function openEnvironments(deps: EnvironmentsDeps): Promise<Environments> {
  const { administration, audit, clock, digest } = deps;
  const known = new Map<string, Known>();
  for (const { body, revision } of await administration.records("environment")) {
    // Written by `put` below.
    const record = JSON.parse(body) as EnvironmentRecord;
    known.set(record.name, { record, revision });
  }
  const main = mainEnvironment(deps.main, digest);
  /** Acts one after another: each is decided from what the one before left. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = last.then(act, act);
    last = done.catch(() => undefined);
    return done;
  }

  async function put(
    by: Authority,
    action: AuditAction,
    record: EnvironmentRecord,
    changes: AuditAct["changes"],
  ): Promise<EnvironmentRecord> {
    const { name: id, label } = record;
    const expectedRevision = known.get(id)?.revision ?? 0;
    const targets = [{ type: "environment", id, name: label }];
    const entry = audit.draft({ action, authority: by, targets, result: "success", reason: null, changes });
    const outcome = await administration.commit({
      changes: [{ kind: "environment", id, expectedRevision, body: JSON.stringify(record) }],
      audit: [entry],
    });
    if (outcome.kind === "conflict")
      throw new HoldfastError("conflict", `Cannot change environment "${id}": it was changed meanwhile.`);
    known.set(id, { record, revision: expectedRevision + 1 });
    return record;
  }

  function get(name: string): EnvironmentRecord | null {
    return name === main.name ? main : (known.get(name)?.record ?? null);
  }

  function changeable(name: string): EnvironmentRecord {
    const record = get(name);
    if (record === null) throw unknown(name);
    if (record === main)
      throw new HoldfastError(
        "request_invalid",
        `The environment "${name}" is always there, under its own name.`,
      );
    return record;
  }

  function create(
    by: Authority,
    request: {
      readonly name: EnvironmentName;
      readonly kind: EnvironmentKind;
      readonly family: EnvironmentName | null;
      readonly label: string | null;
      readonly archiveAfterMs: number | null;
    },
  ): Promise<EnvironmentRecord> {
    const { name, kind, family, label, archiveAfterMs } = request;
    if (get(name) !== null)
      throw new HoldfastError(
        "conflict",
        `There is an environment "${name}" already, in the archive perhaps.`,
      );
    const createdAt = clock.now();
    const record: EnvironmentRecord = {
      name,
      id: environmentId(name, digest),
      kind,
      family,
      label: label ?? name,
      createdAt,
      archivedAt: null,
      archiveAfterMs,
    };
    return put(by, "environment.created", record, { kind: { from: null, to: kind } });
  }

  function turn(by: Authority, record: EnvironmentRecord, isArchived: boolean): Promise<EnvironmentRecord> {
    const archivedAt = isArchived ? clock.now() : null;
    const action = isArchived ? "environment.archived" : "environment.unarchived";
    return put(
      by,
      action,
      { ...record, archivedAt },
      {
        archived: { from: record.archivedAt !== null, to: isArchived },
      },
    );
  }

  function set(by: Authority, name: EnvironmentName, isArchived: boolean): Promise<EnvironmentRecord> {
    return inTurn(async () => {
      const record = changeable(name);
      return (record.archivedAt !== null) === isArchived ? record : turn(by, record, isArchived);
    });
  }

  function branch(family: EnvironmentName, slug: string): EnvironmentRecord | null {
    return get(branchName(family, slug, (text) => digest.sha256Hex(text)));
  }

  return {
    main,
    list: () =>
      [main, ...[...known.values()].map(({ record }) => record)].toSorted((left, right) =>
        left.name < right.name ? -1 : 1,
      ),
    get,
    create: (by, { name, kind, label, archiveAfterMs }) =>
      inTurn(async () =>
        create(by, { name: readEnvironmentName(name), kind, family: null, label, archiveAfterMs }),
      ),
    rename: (by, name, label) =>
      inTurn(async () => {
        const record = changeable(name);
        return put(
          by,
          "environment.renamed",
          { ...record, label },
          {
            label: { from: record.label, to: label },
          },
        );
      }),
    archive: (by, name) => set(by, name, true),
    unarchive: (by, name) => set(by, name, false),
    branch,
    openBranch: (by, family, slug) =>
      inTurn(async () => {
        const found = branch(family, slug);
        if (found !== null && found.archivedAt === null) return found;
        const open = [...known.values()].filter(
          ({ record }) => record.family === family && record.archivedAt === null,
        );
        if (open.length >= BRANCHES_MAX_COUNT) {
          throw new HoldfastError(
            "conflict",
            `The family "${family}" has ${open.length} open branches, as many as it may have.`,
            { next: "Archive branches that nobody needs: holdfast env archive." },
          );
        }
        if (found !== null) return turn(by, found, false);
        return create(by, {
          name: branchName(family, slug, (text) => digest.sha256Hex(text)),
          kind: "branch",
          family,
          label: slug,
          archiveAfterMs: get(family)?.archiveAfterMs ?? ARCHIVE_AFTER_MS,
        });
      }),
  };
}

function unknown(name: string): HoldfastError {
  return new HoldfastError("environment_unknown", `There is no environment "${name.slice(0, 80)}".`);
}
