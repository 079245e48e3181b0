/** The fixed identity of the one account of a server (wire-protocol 1.5). */
export const ACCOUNT_ID = "00000000-0000-4000-a000-000000000000";
