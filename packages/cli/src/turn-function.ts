import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { findFunction } from "./find-function.ts";
import { printable } from "./printable.ts";

/** Pauses a function, or lets it go on. */
export async function turnFunction(invocation: Invocation, act: "pause" | "resume"): Promise<number> {
  const { operands, report } = invocation;
  const { style } = report;
  const client = connect(invocation);
  const { appName, slug } = await findFunction(client, operands[0] ?? "");
  const { changed } =
    act === "pause" ? await client.pauseFunction(appName, slug) : await client.resumeFunction(appName, slug);
  const state =
    act === "pause"
      ? changed
        ? `is paused ${style.between} new runs are skipped, calls under way end`
        : "was paused already"
      : changed
        ? "goes on"
        : "was not paused";
  report.result({ slug, isPaused: act === "pause", changed }, [
    `  ${style.green(style.done)} ${printable(slug)} ${state}`,
  ]);
  return EXIT.done;
}
