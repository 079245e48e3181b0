/** Sealing for apps with the official SDK, `inngest` 4. */
export type { InngestSealingOptions } from "./inngest-middleware.ts";
export { sealingMiddleware } from "./inngest-middleware.ts";
