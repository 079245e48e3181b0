/** Who can sign in at the providers of the tests. Accounts there, none here. */
export const USERS = {
  ana: { password: "ana's own", email: "ana@example.org", groups: ["chiefs", "staff"] },
  bo: { password: "bo's own", email: "bo@example.org", groups: ["staff"] },
  /** In no group. */
  eve: { password: "eve's own", email: "eve@example.org", groups: [] },
  /** Of a domain that is not the connection's, which the provider vouches for all the same. */
  mal: { password: "mal's own", email: "mal@elsewhere.test", groups: ["chiefs", "staff"] },
} as const;

export type UserName = keyof typeof USERS;
