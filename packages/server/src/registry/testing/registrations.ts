import type { EnvironmentName } from "@holdfast/protocol";
import { nodeDigest as digest, silentLog } from "#kernel";
import type { SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import { createRegistry } from "../catalogue.ts";
import type { Registry } from "../contract.ts";

/** A JSON object as an app sends it. */
export type Body = Record<string, unknown>;

export const NOW = 1_700_000_000_000;
export const APP_URL = "http://127.0.0.1:3000/api/inngest";
export const ENVIRONMENT = "test" as EnvironmentName;
export const CONTEXT = { environment: ENVIRONMENT, digest, now: NOW };

/** A function of the app `shop` as an SDK registers it. */
export function fn(id: string, fields: Body = {}, url = APP_URL): Body {
  return {
    id: `shop-${id}`,
    name: id,
    triggers: [{ event: "order/placed" }],
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: `${url}?fnId=shop-${id}&stepId=step` },
      },
    },
    ...fields,
  };
}

/** A registration of the app `shop`. */
export function registration(functions: unknown[] = [fn("pay")], fields: Body = {}): Body {
  return {
    url: APP_URL,
    deployType: "ping",
    appName: "shop",
    framework: "express",
    sdk: "js:v4.24.0",
    v: "0.1",
    functions,
    ...fields,
  };
}

/** An empty registry on a store in memory; `again` opens another on the same store, as after a restart. */
export async function openRegistry({ log = silentLog, requireV2 = false } = {}): Promise<{
  registry: Registry;
  store: SqliteStore;
  again(): Promise<Registry>;
}> {
  const store = await openSqliteStore({ path: ":memory:" });
  const again = (): Promise<Registry> =>
    createRegistry({ store: store.apps, environment: ENVIRONMENT, digest, log, requireV2 });
  return { store, registry: await again(), again };
}
