import type { AuditAct, AuditValue, Authority } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Clock, Log, Random } from "#kernel";
import type { AdministrationStore, AuditDraft } from "#store";
import type { LogReader } from "../log-reader.ts";
import type { Sealer } from "../open-audit-log.ts";
import type { AuditLog } from "../contract.ts";
import type {
  AuditSinks,
  SinkProgress,
  SinkRecord,
  SinkSettings,
  SinkTransport,
  SinkView,
} from "./contract.ts";
import { makeSecret } from "./https-transport.ts";
import { sinkLine } from "./sink-line.ts";
import { checkSettings } from "./sink-target.ts";
import { SinkWorker, sinkUnknown } from "./sink-worker.ts";

export interface AuditSinksDeps {
  /** The installation's, and so are its log and its vault. */
  readonly administration: AdministrationStore;
  readonly audit: AuditLog;
  readonly vault: Sealer;
  /** Every log that is open now. */
  readonly logs: () => Promise<readonly LogReader[]>;
  /** The way to where a sink is; `secret` as it signs. */
  readonly transport: (sink: SinkSettings, secret: string | null) => SinkTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
}

interface Known {
  readonly record: SinkRecord;
  readonly revision: number;
  readonly transport: SinkTransport;
  readonly worker: SinkWorker;
}

const SINKS_MAX = 16;
const ID_BYTES = 6;
/** How long the entry that says of a removal has to reach the sink that it is about. */
const FAREWELL_MS = 10_000;

const NOTHING_SENT: SinkProgress = { places: {}, failing: null, deliveredAt: null };

const CLOCKWORK: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

/** Opens the sinks of an installation, which go on where each of them stood. */
export async function openAuditSinks(deps: AuditSinksDeps): Promise<AuditSinks> {
  const { administration, audit, clock, log, random, vault } = deps;
  const byId = new Map<string, Known>();
  const leaving = new Set<Promise<void>>();
  const place = (id: string) => ({ kind: "audit-sink", id, field: "secret" });

  const progresses = new Map(
    (await administration.records("audit-sink-progress")).map(({ body, id }) => [
      id,
      // Noted by `begin` below.
      JSON.parse(body) as SinkProgress,
    ]),
  );
  for (const { body, id, revision } of await administration.records("audit-sink")) {
    // Written by `put` below.
    begin(id, JSON.parse(body) as SinkRecord, revision, progresses.get(id) ?? NOTHING_SENT);
  }

  function begin(id: string, record: SinkRecord, revision: number, progress: SinkProgress): Known {
    const secret = record.secret === null ? null : vault.open(record.secret, place(id));
    const transport = deps.transport(record, secret);
    const worker = new SinkWorker(
      {
        ...deps,
        id,
        format: record.format,
        transport,
        keep: (now) => administration.note([{ kind: "audit-sink-progress", id, body: JSON.stringify(now) }]),
        onTurn: (error) => turned(id, record, error),
      },
      progress,
    );
    const known = { record, revision, transport, worker };
    byId.set(id, known);
    worker.start();
    return known;
  }

  function turned(id: string, { name }: SinkRecord, error: string | null): void {
    if (error === null) log.info({ sink: id }, "an audit sink takes entries again");
    else log.error({ sink: id, error }, "an audit sink does not take what it is sent");
    audit.note({
      action: error === null ? "audit_sink.recovered" : "audit_sink.failing",
      authority: CLOCKWORK,
      targets: [{ type: "audit_sink", id, name }],
      result: error === null ? "success" : "failed",
      reason: error,
      changes: {},
    });
  }

  async function put(
    by: Authority,
    action: "audit_sink.created" | "audit_sink.changed" | "audit_sink.removed",
    id: string,
    record: SinkRecord | null,
  ): Promise<void> {
    const known = byId.get(id);
    const outcome = await administration.commit({
      changes: [
        {
          kind: "audit-sink",
          id,
          expectedRevision: known?.revision ?? 0,
          body: record === null ? null : JSON.stringify(record),
        },
      ],
      audit: [draftOf(by, action, id, known?.record ?? null, record)],
    });
    if (outcome.kind === "conflict")
      throw new HoldfastError("conflict", `Cannot change audit sink ${id}: it was changed meanwhile.`);
  }

  function draftOf(
    by: Authority,
    action: AuditAct["action"],
    id: string,
    from: SinkRecord | null,
    to: SinkRecord | null,
  ): AuditDraft {
    const { name } = to ?? from ?? { name: null };
    const changes: Record<string, { readonly from: AuditValue; readonly to: AuditValue }> = {};
    for (const member of ["kind", "target", "format"] as const) {
      const change = { from: from?.[member] ?? null, to: to?.[member] ?? null };
      if (change.from !== change.to) changes[member] = change;
    }
    const targets = [{ type: "audit_sink", id, name }];
    return audit.draft({ action, authority: by, targets, result: "success", reason: null, changes });
  }

  function found(id: string): Known {
    const known = byId.get(id);
    if (known === undefined) throw sinkUnknown(id);
    return known;
  }

  /** Two sinks that write into one file would break each other's lines. */
  function checkTarget(target: string, own: string | null): void {
    if ([...byId].some(([id, { record }]) => id !== own && record.target === target))
      throw new HoldfastError("conflict", "There is an audit sink with this target already.");
  }

  async function view(id: string, { record, worker }: Known): Promise<SinkView> {
    const { deliveredAt, failing, places } = worker.progress;
    const logs = [];
    for (const reader of await deps.logs()) {
      const seq = places[reader.name]?.seq ?? 0;
      const { first, size } = await reader.head();
      logs.push({ log: reader.name, seq, behind: Math.max(0, size - Math.max(seq, first - 1)) });
    }
    const behind = logs.reduce((sum, each) => sum + each.behind, 0);
    const { createdAt, format, kind, name, target } = record;
    return { id, name, kind, target, format, createdAt, failing, deliveredAt, behind, logs };
  }

  /** Waits for what is under way, so long at most. */
  async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = clock.after(timeoutMs, over.resolve);
    await Promise.race([over.promise, work]);
    timer.cancel();
  }

  return {
    list: () => Promise.all([...byId].map(([id, known]) => view(id, known))),
    async create(by, settings) {
      checkSettings(settings);
      if (byId.size >= SINKS_MAX)
        throw new HoldfastError("conflict", `There are ${SINKS_MAX} audit sinks, and there can be no more.`);
      checkTarget(settings.target, null);
      const id = Buffer.from(random.bytes(ID_BYTES)).toString("hex");
      const secret = settings.kind === "https" ? makeSecret((count) => random.bytes(count)) : null;
      const record: SinkRecord = {
        ...settings,
        secret: secret === null ? null : vault.seal(secret, place(id)),
        createdAt: clock.now(),
      };
      await put(by, "audit_sink.created", id, record);
      return { sink: await view(id, begin(id, record, 1, NOTHING_SENT)), secret };
    },
    async change(by, id, settings) {
      const { record, revision, worker } = found(id);
      const changed: SinkRecord = { ...record, ...settings };
      checkSettings(changed);
      checkTarget(changed.target, id);
      await put(by, "audit_sink.changed", id, changed);
      await worker.stop();
      const isElsewhere = changed.target !== record.target;
      return view(id, begin(id, changed, revision + 1, isElsewhere ? NOTHING_SENT : worker.progress));
    },
    async remove(by, id) {
      const { worker } = found(id);
      await put(by, "audit_sink.removed", id, null);
      byId.delete(id);
      // Whoever stops a sink does not do so unseen: it hears of it.
      const leave = within(FAREWELL_MS, worker.flush())
        .then(() => worker.stop())
        .finally(() => leaving.delete(leave));
      leaving.add(leave);
    },
    async test(by, id) {
      const { record, transport } = found(id);
      const now = clock.now();
      const facts = { productVersion: deps.version, now };
      const line = sinkLine({ kind: "test", sink: id, at: now }, record.format, facts);
      const error = await transport.send(
        { id: `${id}.test.${now}`, lines: [line] },
        new AbortController().signal,
      );
      audit.note({
        action: "audit_sink.tested",
        authority: by,
        targets: [{ type: "audit_sink", id, name: record.name }],
        result: error === null ? "success" : "failed",
        reason: error,
        changes: {},
      });
      return error;
    },
    received(name) {
      const places = [...byId.values()].map(({ worker }) => worker.progress.places[name]);
      return Math.min(
        Number.POSITIVE_INFINITY,
        ...places.map((at) => (at === undefined ? 0 : Math.min(at.seq, at.checkpoint))),
      );
    },
    drain: (timeoutMs) =>
      within(timeoutMs, Promise.all([...byId.values()].map(({ worker }) => worker.flush()))),
    async close() {
      await Promise.all([...byId.values()].map(({ worker }) => worker.stop()));
      await Promise.all(leaving);
    },
  };
}
