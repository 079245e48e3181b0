import type { HoldfastFunction } from "holdfast";
import { Holdfast } from "holdfast";
import { environmentKeys, sealing } from "@holdfast/sealing";

/** What the platform hands in: the process's environment, or a worker's bindings. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** How calls are verified: by the key both sides have, or by the server's public keys alone. */
export type Trust = "shared" | "public";

/** An app of one function, as it is served. */
export interface Shop {
  readonly client: Holdfast;
  readonly functions: readonly HoldfastFunction[];
}

/** What the story's event carries. */
export interface Order {
  readonly secret: string;
}

/**
 * The app that is run everywhere: several steps, two of them at once, a sleep, a step that fails at first, an event of the
 * run's own. All of its payloads are sealed. `RUNTIME` names the app, so that one server can know it on every runtime.
 */
export function shopOf(variables: Variables, trust: Trust): Shop {
  const id = appId(variables["RUNTIME"] ?? "", trust);
  const { HOLDFAST_SERVER_KEYS: serverKeys, ...rest } = variables;
  const client = new Holdfast({
    id,
    env: "production",
    variables: trust === "public" ? { ...rest, HOLDFAST_SERVER_KEYS: serverKeys } : rest,
    signatures: "strict",
    middleware: [sealing({ keys: environmentKeys({ variables }) })],
  });
  const ship = client.createFunction(
    { id: "ship", triggers: { event: orderEvent(id) }, retries: 2 },
    async ({ event, step }) => {
      const { secret } = readOrder(event.data);
      const reserved = await step.run("reserve", () => `${secret} reserved`);
      await step.sleep("let it dry", 500);
      const [label, weight] = await Promise.all([
        step.run("print-label", async () => `${secret} labelled`),
        step.run("weigh", () => new TextEncoder().encode(secret).length),
      ]);
      const handedOver = await step.run("hand-over", ({ attempt }) => {
        if (attempt === 0) throw new Error(`${secret} is still being loaded`);
        return attempt;
      });
      const { ids } = await step.sendEvent("tell", { name: `${id}/shipped`, data: { secret } });
      return { reserved, label, weight, handedOver, told: ids.length };
    },
  );
  return { client, functions: [ship] };
}

/** Each runtime serves the app twice, once for each way to verify. */
export function appId(runtime: string, trust: Trust): string {
  return `${runtime}-${trust}`;
}

/** The event that starts an app's run. */
export function orderEvent(app: string): string {
  return `${app}/ordered`;
}

/** What the run returns, if everything went as it should. */
export function expectedOutput(secret: string): unknown {
  return {
    reserved: `${secret} reserved`,
    label: `${secret} labelled`,
    weight: new TextEncoder().encode(secret).length,
    handedOver: 1,
    told: 1,
  };
}

function readOrder(data: unknown): Order {
  if (typeof data === "object" && data !== null && "secret" in data && typeof data.secret === "string")
    return { secret: data.secret };
  throw new TypeError("The event carries no order.");
}
