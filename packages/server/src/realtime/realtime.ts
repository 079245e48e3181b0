/** Publish and follow: what was just committed, told to whoever listens. Loses nothing that the store keeps, keeps nothing itself. */
export { createChannels } from "./channels.ts";
export type { Channels, Follower, FollowFilter, Realtime, Update } from "./contract.ts";
export { createRealtime } from "./fan-out.ts";
