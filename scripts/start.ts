/**
 * `npm start`: a production server on the embedded store, the example shop as its app, one order, and what becomes of it,
 * line by line as it is stored. Stays up until Ctrl-C.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTimeline } from "../packages/cli/src/timeline.ts";
import { freePort, until } from "./story/processes.ts";
import type { Place } from "./story/shop.ts";
import { appUrl, clientOf, registered, serverUrl, startServerProcess, startShop } from "./story/shop.ts";

const DATA_DIR = process.env["HOLDFAST_DATA_DIR"] ?? ".holdfast/example";

const ports = { serverPort: await freePort(8288), appPort: await freePort(3000) };
console.log(`Holdfast  http://127.0.0.1:${ports.serverPort}  production mode, every call signed\n`);
const server = await startServerProcess({ dataDir: DATA_DIR, ...ports }, {}, ["--retry-interval", "2"]);

// The server made its keys at its first start; whoever may read its folder may read them.
const key = async (name: string): Promise<string> =>
  (await readFile(join(DATA_DIR, "keys", name), "utf8")).trim();
const place: Place = {
  dataDir: DATA_DIR,
  ...ports,
  signingKey: await key("signing-key"),
  eventKey: await key("event-key"),
};

const app = startShop(place);
const client = clientOf(place);
const names = await registered(client, app);
console.log(`  data      ${DATA_DIR}`);
console.log(`  keys      ${DATA_DIR}/keys (made by the server, never printed)`);
console.log(`  app       shop at ${appUrl(place)}: ${[...names.values()].join(", ")}`);

const stopping = new AbortController();
const stop = async (): Promise<void> => {
  if (stopping.signal.aborted) process.exit(130);
  stopping.abort();
  console.log("\nStopping: calls under way may end, what is left continues at the next start.");
  server.signal("SIGTERM");
  await server.gone;
  app.signal("SIGTERM");
  await app.gone;
  process.exit(0);
};
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());
for (const [name, child] of [
  ["server", server],
  ["app", app],
] as const) {
  void child.gone.then((code) => {
    if (stopping.signal.aborted) return;
    console.error(`The ${name} ended by itself (${code}):\n${child.said()}`);
    process.exit(1);
  });
}

const timeline = createTimeline({
  functionName: (id) => names.get(id) ?? id,
  now: () => Date.now(),
  color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
  ascii: false,
});
let following = false;
const followed = (async () => {
  const updates = client.follow({ data: true, onFollowing: () => (following = true) }, stopping.signal);
  for await (const update of updates) for (const line of timeline.lines(update)) console.log(`  ${line}`);
})();
followed.catch((error: unknown) => {
  if (!stopping.signal.aborted) console.error(`The server's updates ended: ${String(error)}`);
});
await until("Following the server", async () => (following ? true : undefined), { timeoutMs: 5000 });

const orderId = `A-${1000 + Math.floor(Math.random() * 9000)}`;
await client.send({ name: "order/placed", data: { orderId, email: "ada@example.org", amount: 129.9 } });
console.log(`
  Another order, from another terminal:

    curl ${serverUrl(place)}/e/$(cat ${DATA_DIR}/keys/event-key) \\
      --json '{"name":"order/placed","data":{"orderId":"B-1","email":"bo@example.org","amount":42}}'

  Ctrl-C stops the server; start it again in the middle of an order and the order goes on.
`);
