import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import type { ServerPlace, TestServer } from "./test-server.ts";

/** A client of the operators' API. */
export function operatorOf({ operatorToken, url }: Pick<TestServer, "operatorToken" | "url">): Client {
  return createClient({ url, operatorToken });
}

/** Makes an environment, and says what opens it. */
export async function makeEnvironment(
  server: TestServer,
  name: string,
  kind: "custom" | "branches" = "custom",
): Promise<ServerPlace> {
  const made = await operatorOf(server).createEnvironment({ name, kind });
  const { event_key: eventKey, signing_key: signingKey } = made;
  if (eventKey === null || signingKey === null)
    throw new Error(`The environment ${name} has no keys of its own.`);
  return { url: server.url, signingKey, eventKey };
}
