import type { ReactNode } from "react";
import { now } from "../platform/now.ts";
import { distance } from "../text/times.ts";

/** An instant in words; the exact one when the pointer rests on it. */
export function When({
  at,
  never = "never",
}: {
  readonly at: string | null;
  readonly never?: string;
}): ReactNode {
  if (at === null) return <span className="soft">{never}</span>;
  return (
    <time dateTime={at} title={exact(at)} className="nowrap">
      {distance(at, now())}
    </time>
  );
}

/** An instant as a date and a time of the reader's place. */
export function exact(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function day(at: string): string {
  return new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" });
}
