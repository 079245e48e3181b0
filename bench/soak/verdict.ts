import type { Summary } from "./ledger.ts";
import type { StoredRuns } from "./stored-runs.ts";

/** One look at the server. */
export interface Sample {
  readonly atMs: number;
  readonly rssBytes: number;
  readonly diskBytes: number;
  readonly openCount: number;
}

export interface Line {
  readonly what: string;
  readonly holds: boolean;
  readonly figures: string;
}

/** Memory may not pass this, whatever is waiting: a server of one gigabyte is the smallest that is recommended. */
export const RSS_BYTES_MAX = 1024 * 1024 * 1024;
/** And in the last third it may be so much above the middle one. */
const GROWTH_MAX = 1.15;
const MB = 1024 * 1024;

/**
 * Holds a soak against what was promised: memory is bounded, acknowledged work is all finished, refused work was told so.
 */
export function judge(
  samples: readonly Sample[],
  summary: Summary,
  acknowledged: ReadonlySet<string>,
  stored: StoredRuns,
): readonly Line[] {
  const once = [...acknowledged].filter((id) => stored.byEvent.get(id) === 1).length;
  const unasked = [...stored.byEvent.keys()].filter((id) => !acknowledged.has(id)).length + stored.others;
  const third = Math.floor(samples.length / 3);
  const peak = (part: readonly Sample[]): number => Math.max(0, ...part.map(({ rssBytes }) => rssBytes));
  const [middle, last] = [peak(samples.slice(third, 2 * third)), peak(samples.slice(2 * third))];
  const highest = peak(samples);
  return [
    {
      what: "memory is bounded",
      holds: highest <= RSS_BYTES_MAX && last <= middle * GROWTH_MAX,
      figures: `RSS at most ${mb(highest)} MB (bound ${mb(RSS_BYTES_MAX)}); middle third ${mb(middle)}, last third ${mb(last)}`,
    },
    {
      what: "acknowledged work is all finished, once",
      holds: summary.open === 0 && once === acknowledged.size,
      figures: `${summary.acknowledged} acknowledged, ${summary.ended} seen to end, ${summary.open} open; ${once} have exactly one completed run on disk`,
    },
    {
      what: "refused work was told so, and never ran",
      // Nothing refused is nothing shown: a longer soak, or a smaller backlog.
      holds:
        summary.refused > 0 &&
        Object.keys(summary.faults).length === 0 &&
        summary.unanswered === 0 &&
        unasked === 0,
      figures: `${summary.refused} refused ${JSON.stringify(summary.refusals)}, faults ${JSON.stringify(summary.faults)}, ${summary.unanswered} without an answer, ${unasked} runs of what was not acknowledged`,
    },
  ];
}

function mb(bytes: number): string {
  return (bytes / MB).toFixed(0);
}
