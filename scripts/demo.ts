/**
 * `npm run demo`: the whole promise in one shot. An order is placed; the server is killed with SIGKILL between two of its
 * steps and started again; the order is carried to its end, and nothing happened twice. Then six requests that an attacker
 * could make, each refused. Exits 0 only if all of it was seen.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@holdfast/client";
import { createTimeline } from "../packages/cli/src/timeline.ts";
import { attack, genuineCall } from "./story/attacks.ts";
import type { StoryProcess } from "./story/processes.ts";
import { freePort, until } from "./story/processes.ts";
import type { Place } from "./story/shop.ts";
import { clientOf, registered, startServerProcess, startShop } from "./story/shop.ts";

const folder = await mkdtemp(join(tmpdir(), "holdfast-demo-"));
const ledgerPath = join(folder, "ledger.jsonl");
const place: Place = {
  dataDir: join(folder, "data"),
  serverPort: await freePort(8288),
  appPort: await freePort(3000),
  signingKey: `signkey-prod-${randomBytes(32).toString("hex")}`,
  eventKey: `hf_event_${randomBytes(24).toString("hex")}`,
};
// Keys go to the processes by environment: an argument could be read by anyone who lists processes.
const serverEnv = { HOLDFAST_SIGNING_KEY: place.signingKey, HOLDFAST_EVENT_KEY: place.eventKey };
const serverFlags = ["--retry-interval", "1"];

const seen: { claim: string; held: boolean }[] = [];
const say = (text: string): void => console.log(text);
const check = (claim: string, held: boolean): void => {
  seen.push({ claim, held });
  say(`  ${held ? "✓" : "✗"} ${claim}`);
};

let server: StoryProcess = await startServerProcess(place, serverEnv, serverFlags);
const app = startShop(place, { ORDER_LEDGER: ledgerPath, ORDER_PAUSE: "2s" });
try {
  await story();
} catch (error) {
  check(error instanceof Error ? error.message : String(error), false);
} finally {
  server.signal("SIGTERM");
  app.signal("SIGTERM");
  await Promise.all([server.gone, app.gone]);
  await rm(folder, { recursive: true, force: true });
}
const failed = seen.filter(({ held }) => !held);
say(
  failed.length === 0
    ? `\nAll ${seen.length} were seen.`
    : `\n${failed.length} of ${seen.length} were not seen.`,
);
process.exit(failed.length === 0 && seen.length > 0 ? 0 : 1);

async function story(): Promise<void> {
  const client = clientOf(place);
  const names = await registered(client, app);
  say("The shop registered itself with the server, and proved it has the key.\n");
  const timeline = createTimeline({
    functionName: (id) => names.get(id) ?? id,
    now: () => Date.now(),
    color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    ascii: false,
  });

  say("An order is placed.\n");
  const first = watch(
    client,
    timeline.lines,
    (kind, name) => kind === "step.completed" && name === "charge-card",
  );
  await first.following;
  const sent = await client.send({
    name: "order/placed",
    data: { orderId: "A-1", email: "ada@example.org", amount: 129.9 },
  });
  await first.done;

  say("\n  … and here the server is killed, with SIGKILL, the moment the payment is stored.\n");
  server.signal("SIGKILL");
  const fate = await server.gone;
  check(`The server died without a chance to tidy up (${fate})`, fate === "SIGKILL");
  const before = await ledger();

  server = await startServerProcess(place, serverEnv, serverFlags);
  say("\n  … started again, on the same folder.\n");
  const eventId = sent.ids[0];
  if (eventId === undefined) throw new Error("The server gave the event no id");
  const second = watch(client, timeline.lines, (kind) => kind === "run.ended");
  const ended = await until(
    "The end of the run",
    async () => {
      const run = (await client.eventRuns(eventId))[0];
      return run !== undefined && run.status !== "Running" && run.status !== "Scheduled"
        ? client.run(run.run_id)
        : undefined;
    },
    { timeoutMs: 60_000, of: server },
  );
  second.stop();

  say("\nWhat was seen:\n");
  const effects = await ledger();
  const count = (effect: string): number => effects.filter((entry) => entry.effect === effect).length;
  check("The run was carried to its end by the server that came after", ended.status === "Completed");
  check(
    "The card was charged before the crash, and only once in all",
    before.some((entry) => entry.effect === "card charged") && count("card charged") === 1,
  );
  check("The stock was reserved only once", count("stock reserved") === 1);
  check(
    "Mail, invoice and the request for a review were all sent",
    ["confirmation mailed", "invoice filed", "review asked for"].every((effect) => count(effect) >= 1),
  );

  say("\nWhat an attacker on the network could try:\n");
  for (const attempt of await attack(place))
    check(`refused (${attempt.status}): ${attempt.what}`, attempt.refused);
  const genuine = await genuineCall(place);
  check(`let in, to answer for itself (${genuine.status}): ${genuine.what}`, genuine.status !== 401);
  check("None of it did anything", (await ledger()).length === effects.length);
}

/** Prints what happens, until something does or it is stopped. */
function watch(
  client: Client,
  lines: ReturnType<typeof createTimeline>["lines"],
  isOver: (kind: string, step: string | null) => boolean,
): { following: Promise<void>; done: Promise<void>; stop(): void } {
  const stopping = new AbortController();
  let begun: () => void = () => {};
  const following = new Promise<void>((resolve) => (begun = resolve));
  const done = (async (): Promise<void> => {
    try {
      const updates = client.follow({ data: true, onFollowing: begun }, stopping.signal);
      for await (const update of updates) {
        for (const line of lines(update)) say(`  ${line}`);
        if (update.kind === "journal" && isOver(update.entry.kind, update.entry.name)) return;
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  })();
  void done.catch(() => undefined);
  return { following, done, stop: () => stopping.abort() };
}

async function ledger(): Promise<readonly { order: string; effect: string }[]> {
  const text = await readFile(ledgerPath, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { order: string; effect: string });
}
