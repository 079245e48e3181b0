import { badField } from "./errors.ts";
import type { PageInfo } from "./message.ts";
import type { Fields } from "./query.ts";
import { limitField, textField } from "./query.ts";

/** Pages of apps, functions and other short lists. */
const LIMITS_OF_LISTS = { usual: 20, max: 100 } as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One page of a list that is in memory; its cursor is the UUID of the last entry of the page before. */
export function listPage<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  query: Fields,
): { readonly entries: readonly Entry[]; readonly page: PageInfo } {
  const limit = limitField(query, LIMITS_OF_LISTS);
  const cursor = textField(query, "cursor");
  if (cursor !== null && !UUID.test(cursor)) throw badField("cursor", "must be a UUID");
  // By id, so that a page goes on at the right place whatever was added or taken away meanwhile.
  const rest = entries
    .filter(({ id }) => cursor === null || id > cursor)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const shown = rest.slice(0, limit);
  const hasMore = rest.length > limit;
  return { entries: shown, page: { limit, hasMore, cursor: hasMore ? (shown.at(-1)?.id ?? null) : null } };
}
