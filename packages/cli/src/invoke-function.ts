import { setTimeout } from "node:timers/promises";
import type { Client, Run } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { HoldfastError, isHoldfastError, parseDuration } from "@holdfast/protocol";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { findFunction } from "./find-function.ts";
import { jsonOption } from "./json-option.ts";
import { printable } from "./printable.ts";
import { textOption } from "./text-option.ts";

/** How long `--wait` waits when nothing is said, and between two looks at the run. */
const WAIT_MS = 60 * 60 * 1000;
const LOOK_MS_MIN = 100;
const LOOK_MS_MAX = 2000;

/** Starts one function; with `--wait` also waits for what it returns. */
export async function invokeFunction(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const { style } = report;
  const waitMs = waitOf(invocation);
  const data = (await jsonOption("data", options.get("data"), world)) ?? {};
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new HoldfastError("usage_invalid", "Cannot use --data: it must be a JSON object.");
  const key = textOption(options, "id");
  const client = connect(invocation);
  const { appName, name, slug } = await findFunction(client, operands[0] ?? "");
  const { runId } = await client.invoke(appName, slug, {
    // Any object's members may be sent.
    data: data as Readonly<Record<string, unknown>>,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  if (waitMs === null) {
    report.result({ runId }, [
      `  ${style.green(style.done)} ${printable(name)} started ${style.between} ${runId}`,
    ]);
    return EXIT.done;
  }
  const run = await untilEnded(client, runId, waitMs);
  const isGood = run.status === "Completed";
  const mark = isGood ? style.green(style.done) : style.red(style.failed);
  if (!report.json && !report.quiet)
    world.stderr.write(
      `  ${mark} ${printable(name)} ${run.status.toLowerCase()} ${style.between} ${runId}\n`,
    );
  report.result(run, [JSON.stringify(run.output ?? null, null, 2)]);
  return isGood ? EXIT.done : EXIT.failed;
}

function waitOf({ options }: Invocation): number | null {
  const text = textOption(options, "timeout");
  if (text === undefined) return options.has("wait") ? WAIT_MS : null;
  try {
    return parseDuration(text);
  } catch (cause) {
    if (!isHoldfastError(cause)) throw cause;
    throw new HoldfastError(
      "usage_invalid",
      `Cannot use "${text}" for --timeout: it must be a duration, such as 30s.`,
      {
        cause,
      },
    );
  }
}

/** Looks at the run, less and less often, until it has ended. */
async function untilEnded(client: Client, runId: RunId, waitMs: number): Promise<Run> {
  const deadline = performance.now() + waitMs;
  for (let pauseMs = LOOK_MS_MIN; ; pauseMs = Math.min(LOOK_MS_MAX, pauseMs * 1.5)) {
    // Each look depends on the one before.
    const run = await client.run(runId);
    if (run.ended_at !== null) return run;
    if (performance.now() >= deadline) {
      throw new HoldfastError("timed_out", `Run ${runId} has not ended in time; it goes on.`, {
        next: `See holdfast runs trace ${runId}`,
      });
    }
    await setTimeout(Math.min(pauseMs, waitMs));
  }
}
