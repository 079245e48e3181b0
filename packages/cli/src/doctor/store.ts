import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";

/** One data file of a folder. */
export interface StoreFacts {
  readonly path: string;
  /** Null: whole. */
  readonly fault: string | null;
}

const { failed, ok, skipped } = findingsOf("store");

/** Whether the data files are whole. While a server has them it has looked itself, when it opened them. */
export function storeFindings(stores: readonly StoreFacts[] | "in use"): readonly Finding[] {
  if (stores === "in use")
    return [
      skipped("whole", {
        what: "the data files are in use",
        why: "The server checked them as it opened them.",
      }),
    ];
  return stores.map(({ fault, path }) =>
    fault === null
      ? ok("whole", { what: `${path} is whole` })
      : failed("whole", {
          what: `${path} is damaged`,
          why: fault,
          next: "Keep a copy of it, and restore the last backup: docs/runbook.md.",
        }),
  );
}
