/**
 * The form of REST v2, protobuf-JSON (wire-protocol section 20): what is absent, `false`, `0`, `""` or an empty list is
 * left out; 64-bit integers are texts; instants are RFC 3339.
 */
export function message(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isZero(value)));
}

function isZero(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** An instant, Unix ms, as RFC 3339; undefined for none. */
export function timestamp(at: number | null | undefined): string | undefined {
  return at === null || at === undefined ? undefined : new Date(at).toISOString();
}

/** A whole number of 64 bits, as text; undefined for none. */
export function int64(value: number | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(Math.round(value));
}

/** A payload as v2 shows it: an object as it is, anything else as `{"data": …}`; undefined stays absent. */
export function payload(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    // Any object's members may be looked up by name.
    return value as Readonly<Record<string, unknown>>;
  }
  return { data: value };
}

/** Where a list goes on. */
export interface PageInfo {
  readonly cursor: string | null;
  readonly hasMore: boolean;
  readonly limit: number;
}

/** The envelope of every answer. */
export function enveloped(now: number, data: unknown, page?: PageInfo): unknown {
  return {
    data,
    metadata: { fetchedAt: timestamp(now) },
    ...(page === undefined ? {} : { page: message({ ...page }) }),
  };
}
