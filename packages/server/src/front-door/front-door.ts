/** The one listener in front of every app: TLS, hosts, limits, and whether there is room. */
export type { TlsFiles } from "./tls-files.ts";
export type { FrontDoor, FrontDoorOptions } from "./open-front-door.ts";
export { openFrontDoor } from "./open-front-door.ts";
export { watchDisk } from "./disk-space.ts";
export { readTlsFiles, tlsStamp } from "./tls-files.ts";
