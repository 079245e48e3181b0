import type { BatchReply, Command, Failure } from "./commands.ts";

/** What the writer's thread is started with. */
export interface WriterStart {
  readonly path: string;
  /** Whose data it must be; null: whosoever. */
  readonly owner: string | null;
}

/** What the writer's thread is told: a batch, or to close. One at a time, each answered by one message. */
export type ToWriter = readonly Command[] | "close";

/** What it says: how opening went, what became of a batch, how closing went. */
export type FromWriter =
  | { readonly kind: "opened"; readonly report: OpenReport }
  | { readonly kind: "done"; readonly reply: BatchReply }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** What opening a file found. */
export interface OpenReport {
  /** The last stop was not clean, and the file was checked and found whole. */
  readonly wasChecked: boolean;
}
