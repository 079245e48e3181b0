import type { CheckpointKey, ExportHeader, LogLine, Openings, Subtree } from "@holdfast/protocol";
import type { AdministrationStore, AuditCheckpointRow, AuditRow, AuditStore } from "#store";

/** What reads a log without changing it: an export does, and so does a sink. */
export interface LogReader {
  readonly name: string;
  head: AuditStore["head"];
  entries: AuditStore["entries"];
  /** Checkpoints that cover more than `after` entries, the smallest first. */
  checkpoints(query: {
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly AuditCheckpointRow[]>;
  /** How the log begins now, for whoever is to verify it from here. */
  header(): Promise<ExportHeader>;
}

export interface LogReaderDeps {
  readonly name: string;
  readonly keys: readonly CheckpointKey[];
  readonly store: AuditStore;
  readonly administration: AdministrationStore;
}

const PORTION = 1000;

/** Reads the log of a store. */
export function createLogReader({ administration, keys, name, store }: LogReaderDeps): LogReader {
  return {
    name,
    head: () => store.head(),
    entries: (query) => store.entries(query),
    checkpoints: (query) => store.checkpoints(query),
    async header() {
      const { first, hash } = await store.head();
      const [begin] = await store.entries({ after: first - 1, limit: 1 });
      return {
        format: "holdfast-audit/1",
        log: name,
        keys,
        first,
        previous_hash: begin?.previousHash ?? hash,
        tree: await prunedTree(administration, first),
      };
    },
  };
}

/** Every entry after a place, oldest first. */
export async function* rowsAfter(
  reader: Pick<LogReader, "entries">,
  after: number,
): AsyncGenerator<AuditRow> {
  for (let last = after; ;) {
    const rows = await reader.entries({ after: last, limit: PORTION });
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.seq;
  }
}

/** The whole of a log as lines: how it begins, its entries, its checkpoints. */
export async function* logLines(reader: LogReader): AsyncGenerator<LogLine> {
  const header = await reader.header();
  yield { kind: "header", header };
  // Read before the entries: a checkpoint that is signed meanwhile would cover more than what was read.
  const checkpoints = await reader.checkpoints({ after: header.first - 2, limit: Number.MAX_SAFE_INTEGER });
  for await (const row of rowsAfter(reader, header.first - 1)) yield entryLine(reader.name, row);
  for (const { note } of checkpoints) yield { kind: "checkpoint", log: reader.name, checkpoint: note };
}

/** An entry as a line, with what opens its names as long as that is kept. */
export function entryLine(log: string, { hash, openings, seq, text }: AuditRow): LogLine {
  // Openings are written as JSON text by the drafter.
  const names = openings === null ? {} : { openings: JSON.parse(openings) as Openings };
  return { kind: "entry", log, seq, hash, entry: text, ...names };
}

/** The tree of the entries that retention removed. Under a name of its own: a prune may die before it is made. */
export async function prunedTree(
  administration: AdministrationStore,
  first: number,
): Promise<readonly Subtree[]> {
  if (first === 1) return [];
  const noted = (await administration.records("audit-tree")).find(({ id }) => id === prunedId(first - 1));
  // Noted by `prune` of the log.
  return noted === undefined ? [] : (JSON.parse(noted.body) as readonly Subtree[]);
}

/** Under which id the tree of removed entries is kept. */
export function prunedId(upTo: number): string {
  return `pruned-${upTo}`;
}
