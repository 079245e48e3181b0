/** End-to-end encryption for apps: what leaves an app is sealed, and only who holds a key opens it. */
export type { PayloadStage } from "holdfast";
