/** What a check came to. */
export interface Finding {
  /** Stable, such as `files.keys_readable`. */
  readonly id: string;
  readonly group: "machine" | "settings" | "files" | "store" | "server" | "keys" | "apps" | "audit";
  /** `skipped`: it could not be looked at; `why` says what was missing. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly what: string;
  readonly why?: string;
  /** What to do about it. */
  readonly next?: string;
}

type Words = Pick<Finding, "what"> & Partial<Pick<Finding, "why" | "next">>;

/** Findings of one group, in short. */
export function findingsOf(group: Finding["group"]) {
  const make =
    (status: Finding["status"]) =>
    (id: string, words: Words): Finding => ({
      id: `${group}.${id}`,
      group,
      status,
      ...words,
    });
  return { ok: make("ok"), warning: make("warning"), failed: make("failed"), skipped: make("skipped") };
}
