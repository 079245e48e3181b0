import type { MiddlewareEntry } from "../../middleware/contract.ts";
import { consoleLogger } from "../../logging/console-logger.ts";
import { Holdfast } from "../client.ts";
import type { ClientOptions } from "../options.ts";

/** A key that signs nothing real. */
export const TEST_SIGNING_KEY = "signkey-test-12345678123456781234567812345678";

/** A client of the app `shop`, in production, which reads nothing of the process's environment. */
export function testClient<const Entries extends readonly MiddlewareEntry[] = readonly MiddlewareEntry[]>(
  options: Partial<ClientOptions<Entries>> = {},
): Holdfast<Entries> {
  return new Holdfast({
    id: "shop",
    baseUrl: "http://127.0.0.1:9",
    signingKey: TEST_SIGNING_KEY,
    eventKey: "test-event-key",
    logger: consoleLogger("silent"),
    variables: {},
    ...options,
  });
}
