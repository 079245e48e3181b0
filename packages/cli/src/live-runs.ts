import { setTimeout } from "node:timers/promises";
import type { Client, Update } from "@holdfast/client";
import type { FunctionId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import type { Report } from "./report.ts";
import { createTimeline } from "./timeline.ts";

/** Names of functions, asked for when one is missing. */
export class FunctionNames {
  #names = new Map<FunctionId, string>();
  #isComplete = false;

  /** Something changed: the next name that is missing is asked for. */
  forget(): void {
    this.#isComplete = false;
  }

  get(id: FunctionId): string | null {
    return this.#names.get(id) ?? null;
  }

  async load(client: Client, update: Update): Promise<void> {
    if (update.kind === "event.accepted" || this.#names.has(update.functionId) || this.#isComplete) return;
    this.#isComplete = true;
    const apps = await client.apps().catch((error: unknown) => {
      // The id stands in for a name: a line less clear is better than no timeline.
      if (isHoldfastError(error)) return [];
      throw error;
    });
    this.#names = new Map(apps.flatMap((app) => app.functions.map((one) => [one.id, one.name] as const)));
  }
}

/** Pause before following again. */
const AGAIN_MS = 1000;

/**
 * Prints what happens on a server until the signal aborts: lines of a timeline, or each update as JSON.
 * When it loses sight of the server it says so, and follows again.
 */
export async function showRuns(
  client: Client,
  names: FunctionNames,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const timeline = createTimeline({ functionName: (id) => names.get(id), now: Date.now, ...report.look });
  while (!signal.aborted) {
    try {
      for await (const update of client.follow({ data: true }, signal)) {
        if (report.json) {
          report.line(JSON.stringify(update));
          continue;
        }
        await names.load(client, update);
        for (const line of timeline.lines(update)) report.line(line);
      }
    } catch (error) {
      if (signal.aborted) return;
      report.notice(`Some runs were not shown: ${error instanceof Error ? error.message : String(error)}`);
      await setTimeout(AGAIN_MS, undefined, { signal }).catch(() => {
        // Aborted: the loop ends.
      });
    }
  }
}
