/** What every route of v2 is configured with: the signing key at the door, errors in the envelope of v2. */
export const V2_ROUTE = { config: { access: "signing-key", envelope: "v2" } } as const;

/** The same for a route with parameters that may be given several times. */
export function v2RouteWithLists(repeatable: readonly string[]) {
  return { config: { ...V2_ROUTE.config, repeatable } } as const;
}
