/** An app made with the official SDK, served by the test's own process. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { Inngest } from "inngest";
import { serve } from "inngest/node";

const quiet = { info() {}, warn() {}, error() {}, debug() {} };

interface ServedApp {
  /** Where the server is that the app belongs to. */
  readonly baseUrl: string;
  /** Null: development mode. */
  readonly signingKey: string | null;
  /** What the second step of `charge-card` waits for. */
  readonly capture?: () => Promise<unknown>;
}

/** Serves the app `shop` until the test ends; returns its URL. */
export async function serveApp(
  t: TestContext,
  { baseUrl, signingKey, capture = async () => "captured" }: ServedApp,
): Promise<string> {
  const client = new Inngest({
    id: "shop",
    baseUrl,
    logger: quiet,
    ...(signingKey === null ? { isDev: true } : { isDev: false, signingKey }),
  });
  const charge = client.createFunction(
    { id: "charge-card", retries: 1, triggers: [{ event: "order/placed" }] },
    async ({ step }) => {
      const order = await step.run("load-order", () => ({ amount: 7 }));
      await step.run("capture", capture);
      return { charged: order.amount };
    },
  );
  const server = createServer(serve({ client, functions: [charge] }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A server that listens on TCP has an address with a port.
  return `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
}
