import type { LogLine, OcsfFacts } from "@holdfast/protocol";
import { lineText, readEntry } from "@holdfast/protocol";
import type { SinkFormat, SinkLine } from "./contract.ts";

/** A line of a log in the format that a sink wants. */
export function sinkLine(line: LogLine, format: SinkFormat, facts: OcsfFacts): SinkLine {
  // Every line has a text in a format of sinks.
  const text = lineText(line, format, facts) ?? "";
  if (line.kind !== "entry") return { text, at: facts.now, isRefusal: false, about: line.kind };
  const { action, at, result } = readEntry(line.entry);
  return { text, at: Date.parse(at), isRefusal: result !== "success", about: action };
}
