/** What one request may ask for. */
export const SCIM_LIMITS = {
  /** Bytes of a filter. */
  filterBytes: 1024,
  /** Comparisons in a filter. */
  conditions: 10,
  /** Resources on a page, and how many there are when nobody says. */
  count: 200,
  countDefault: 100,
  /** Characters of a name, an address or an id. */
  text: 320,
  /** Addresses of one person. */
  emails: 20,
  /** Members in one request. */
  members: 10_000,
  /** Operations of one PATCH. */
  operations: 1000,
  /** Names in `attributes` and `excludedAttributes`. */
  attributes: 50,
  /** How deep values may nest. */
  depth: 8,
} as const;
