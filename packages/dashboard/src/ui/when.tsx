import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";
import { now } from "../platform/now.ts";
import type { Zone } from "../platform/zone.ts";
import { zone } from "../platform/zone.ts";
import { dayWords, distance, exactWords } from "../text/times.ts";

/** In whose time this browser's reader wants instants. */
export function useZone(): Zone {
  return useSyncExternalStore(zone.subscribe, zone.current);
}

/** An instant in words; the exact one when the pointer rests on it. */
export function When({
  at,
  never = "never",
}: {
  readonly at: string | null;
  readonly never?: string;
}): ReactNode {
  const chosen = useZone();
  if (at === null) return <span className="soft">{never}</span>;
  return (
    <time dateTime={at} title={exactWords(at, chosen)} className="nowrap">
      {distance(at, now())}
    </time>
  );
}

/** An instant as date and time. */
export function Exact({ at }: { readonly at: string }): ReactNode {
  return <time dateTime={at}>{exactWords(at, useZone())}</time>;
}

/** An instant as a date. */
export function Day({ at }: { readonly at: string }): ReactNode {
  return <time dateTime={at}>{dayWords(at, useZone())}</time>;
}
