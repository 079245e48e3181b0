import type { JournalEntry, Run, Update } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { clientOf } from "../kit/run-of.ts";
import type { ServerPlace } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** One entry of a run's journal, without what differs between any two runs. */
export interface PlainEntry {
  readonly kind: JournalEntry["kind"];
  /** Hashed, as the SDK said it. */
  readonly stepId: string | null;
  readonly name: string | null;
  readonly op: string | null;
  readonly attempt: number;
  readonly data: unknown;
}

/** A run, without what differs between any two. */
export interface PlainRun {
  readonly status: string;
  readonly output: unknown;
  readonly journal: readonly PlainEntry[];
}

/** Every journal entry of a server's runs, from the moment on at which this was made. */
export interface JournalReader extends AsyncDisposable {
  /** The whole journal of a run that has ended. */
  journalOf(run: Run): Promise<readonly JournalEntry[]>;
  /** The first run of a function, once there is one. */
  firstRun(functionSlug: string): Promise<RunId>;
}

/** Follows a server, so that journals are read as they were written and not as some page shows them. */
export async function readJournals(server: ServerPlace): Promise<JournalReader> {
  const abort = new AbortController();
  const entries = new Map<string, JournalEntry[]>();
  const opened = new Map<string, RunId>();
  const { promise: following, resolve: onFollowing, reject } = Promise.withResolvers<void>();

  const take = (update: Update): void => {
    switch (update.kind) {
      case "run.queued":
        if (!opened.has(update.functionId)) opened.set(update.functionId, update.runId);
        return;
      case "journal": {
        const found = entries.get(update.runId);
        if (found === undefined) entries.set(update.runId, [update.entry]);
        else found.push(update.entry);
        return;
      }
      case "event.accepted":
        return;
    }
  };
  const followed = (async () => {
    try {
      for await (const update of clientOf(server).follow({ data: true, onFollowing }, abort.signal)) {
        take(update);
      }
    } catch (error) {
      reject(error);
      if (!abort.signal.aborted) throw error;
    }
  })();
  await following;

  return {
    journalOf: (run) =>
      until(`the journal of run ${run.run_id} is whole`, () => {
        const found = entries.get(run.run_id)?.toSorted((left, right) => left.seq - right.seq) ?? [];
        return found.at(-1)?.kind === "run.ended" && found;
      }),
    firstRun: (slug) =>
      until(`"${slug}" has a run`, async () => {
        const functions = (await clientOf(server).apps()).flatMap((app) => app.functions);
        return opened.get(functions.find((each) => each.slug === slug)?.id ?? "");
      }),
    async [Symbol.asyncDispose]() {
      abort.abort();
      await followed;
    },
  };
}

/** The run and its journal without ids that are drawn, times and stacks. */
export function plainRun(run: Run, journal: readonly JournalEntry[], order: "fixed" | "free"): PlainRun {
  const entries = journal.map(({ attempt, data, kind, name, op, stepId }): PlainEntry => ({
    kind,
    stepId,
    name,
    op,
    attempt,
    data: data === null ? null : plain(JSON.parse(data)),
  }));
  return {
    status: run.status,
    output: plain(run.output),
    journal: order === "fixed" ? entries : entries.toSorted(byText),
  };
}

function byText(left: PlainEntry, right: PlainEntry): number {
  const [one, other] = [JSON.stringify(left), JSON.stringify(right)];
  return one < other ? -1 : Number(one > other);
}

const DRAWN: readonly (readonly [RegExp, string])[] = [
  [/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, "<ulid>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uuid>"],
  [/\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>"],
];

/** An instant of these tests, Unix ms, and nothing else that they say. */
const INSTANT_MS_MIN = 1_700_000_000_000;

function plain(value: unknown): unknown {
  if (typeof value === "string")
    return DRAWN.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), value);
  if (typeof value === "number") return value > INSTANT_MS_MIN ? "<ms>" : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] =>
    name === "stack" && typeof member === "string" ? [name, "<stack>"] : [name, plain(member)],
  );
  return Object.fromEntries(members);
}
