import type { Middleware } from "./contract.ts";

/**
 * Middleware that puts things into every handler's context, with their types: a database, a mail client.
 *
 * @example
 * ```ts
 * const client = new Holdfast({ id: "shop", middleware: [provide({ orders })] });
 * client.createFunction({ id: "ship", triggers: paid }, ({ event, orders }) => orders.ship(event.data.orderId));
 * ```
 */
export function provide<const Things extends object>(things: Things): Middleware<Things> {
  return { id: "provide", transformFunctionInput: () => things };
}
