import type { MiddlewareEntry } from "./contract.ts";

/** Tells middleware of the function that it is now for: its client's, and its own. What it throws, the maker gets. */
export function registerMiddleware(
  client: { readonly app: string; readonly middleware: readonly MiddlewareEntry[] },
  records: readonly { readonly id: string; readonly middleware: readonly MiddlewareEntry[] }[],
): void {
  for (const { id, middleware } of records)
    tell([...client.middleware, ...middleware], { app: client.app, functionId: id });
}

/** Tells middleware of the client that it is now for. */
export function tellOfClient(entries: readonly MiddlewareEntry[], app: string): void {
  tell(entries, { app });
}

function tell(
  entries: readonly MiddlewareEntry[],
  info: { readonly app: string; readonly functionId?: string },
): void {
  for (const entry of entries) {
    const middleware = typeof entry === "function" ? entry() : entry;
    middleware.onRegister?.(info);
  }
}
