/** The fixed identities of a single-tenant server (wire-protocol 1.5). */
export const ACCOUNT_ID = "00000000-0000-4000-a000-000000000000";
export const ENVIRONMENT_ID = "00000000-0000-4000-b000-000000000000";
