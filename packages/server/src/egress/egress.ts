/** Every call the server makes goes out through this room: addresses, TLS, time and size limits, connection pools. */
export type { Egress, EgressOutcome, EgressRequest, EgressFailureCode } from "./contract.ts";
export type { TlsIdentity } from "./connections.ts";
export { createEgress } from "./dispatch.ts";
export type { EgressLimits, EgressPolicy, EgressRefusal } from "./policy-contract.ts";
export type { EgressPolicyAdministration } from "./open-egress-policy.ts";
export { openEgressPolicy } from "./open-egress-policy.ts";
export type { Streams, StreamTarget } from "./streams.ts";
export { createStreams } from "./streams.ts";
