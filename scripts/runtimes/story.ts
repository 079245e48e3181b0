import type { Client } from "@holdfast/client";
import { openDocument, staticKeys } from "@holdfast/sealing";
import type { StoryProcess } from "../story/processes.ts";
import { until } from "../story/processes.ts";
import type { Eavesdropper } from "./eavesdropper.ts";
import type { Trust } from "./shop.ts";
import { appId, expectedOutput } from "./shop.ts";

/** What is tried on each runtime, in this order. What did not come to pass says why. */
export interface Finding {
  readonly claim: string;
  /** Null: it is so. */
  readonly fault: string | null;
}

export interface Stage {
  readonly client: Client;
  /** Where the runtime listens. */
  readonly origin: string;
  /** Who stands between it and the server. */
  readonly eavesdropper: Eavesdropper;
  readonly runtime: string;
  readonly app: StoryProcess;
  readonly sealingKey: string;
  /** What must be seen by nobody but the app. */
  readonly secret: string;
}

const RUN_MS = 30_000;
/** Orders that are placed at the same time: an app's instance serves many calls, and they share what it remembers. */
const ORDER_COUNT = 8;
/** Kinds of attack that the eavesdropper knows. */
const ATTACK_COUNT = 5;

/** Tries the app that a runtime serves, as it is for one way to verify. Stops at the first thing that is not so. */
export async function tryApp(stage: Stage, trust: Trust): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const acts = [
    ["registers", registers],
    ["refuses a call that nobody signed", refuses],
    ["carries sealed runs to their end, several at once", completesSeveral],
    ["refuses calls that were changed on the way, or came twice", refusesAttacks],
  ] as const;
  for (const [claim, act] of acts) {
    const fault = await faultOf(async () => act(stage, trust));
    findings.push({ claim, fault });
    if (fault !== null) break;
  }
  return findings;
}

async function faultOf(act: () => Promise<void>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function registers({ client, eavesdropper, runtime }: Stage, trust: Trust): Promise<void> {
  await client.syncApp(`${eavesdropper.origin}/${trust}`);
  const known = (await client.apps()).find(({ name }) => name === appId(runtime, trust));
  if (known === undefined) throw new Error("The server does not know the app.");
  if (known.functions.length !== 1) throw new Error(`It has ${known.functions.length} functions.`);
}

/** An app that took what nobody signed would run whatever anybody asks for. */
async function refuses({ origin, runtime }: Stage, trust: Trust): Promise<void> {
  const url = `${origin}/${trust}?fnId=${appId(runtime, trust)}-ship&stepId=step`;
  const headers = { "content-type": "application/json" };
  const body = `{"ctx":{"attempt":0,"run_id":"01J0000000000000000000000A"},"event":{"name":"a"},"events":[],"steps":{}}`;
  const { status } = await fetch(url, { method: "POST", headers, body });
  if (status !== 401) throw new Error(`A call without a signature was answered with ${status}.`);
}

async function completesSeveral(stage: Stage, trust: Trust): Promise<void> {
  await Promise.all(Array.from({ length: ORDER_COUNT }, async () => completes(stage, trust)));
}

async function completes(stage: Stage, trust: Trust): Promise<void> {
  const { app, client, origin, sealingKey, secret } = stage;
  // The app sends the event itself, so that sending is tried on its runtime, too.
  const sent = await fetch(`${origin}/${trust}/order`, { method: "POST", body: secret });
  if (!sent.ok) throw new Error(`Sending the event was answered with ${sent.status}.`);
  // What our own program answers.
  const { ids } = (await sent.json()) as { readonly ids: readonly string[] };
  const ended = await until(
    "The run's end",
    async () => {
      const { entries } = await client.runs({ appId: [appId(stage.runtime, trust)], includeOutput: true });
      const run = entries.find(({ trigger }) => trigger.eventIds.includes(ids[0] ?? ""));
      return run?.endedAt === undefined ? undefined : run;
    },
    { timeoutMs: RUN_MS, of: app },
  );
  const trace = await client.trace(ended.id, { includeOutput: true });
  if (JSON.stringify([ended, trace]).includes(secret)) throw new Error("The server shows the secret.");
  if (ended.status !== "COMPLETED") throw new Error(`The run is ${ended.status}.`);
  const keys = staticKeys(sealingKey);
  const { document, opened } = await openDocument((await client.run(ended.id)).output, { keys });
  if (opened.length === 0) throw new Error("What the run returned is not sealed.");
  const expected = JSON.stringify(expectedOutput(secret));
  if (JSON.stringify(document) !== expected) throw new Error(`It returned ${JSON.stringify(document)}.`);
}

/** What was tried while the run went on. */
async function refusesAttacks({ eavesdropper: { attacks } }: Stage): Promise<void> {
  const kinds = new Set(attacks.map(([what]) => what));
  if (kinds.size !== ATTACK_COUNT) throw new Error(`Only this was tried: ${[...kinds].join(", ")}.`);
  const taken = attacks.filter(([, status]) => status !== 401);
  if (taken.length > 0) throw new Error(`Not refused: ${taken.map((each) => each.join(" ")).join(", ")}.`);
}
