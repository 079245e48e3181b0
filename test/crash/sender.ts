import { createHash } from "node:crypto";
import { EVENT } from "./witness-app.ts";

/**
 * Sends events to a server that keeps dying. An event whose answer did not arrive is sent again, under the same id, to
 * the server's next life: whether it had been stored is exactly what the sender cannot know.
 */
export class Sender {
  readonly #url: string;
  #next = 0;
  #again: string[] = [];
  #flying = new Set<Promise<void>>();
  /** Ids of the events that were answered with success. */
  readonly acknowledged = new Set<string>();

  /** Why the last request that failed did, for the message of a test. */
  lastFailure = "none";

  constructor(url: string) {
    this.#url = url;
  }

  get unanswered(): number {
    return this.#again.length;
  }

  /** Sends what was not answered before, and so many new ones, all at once; does not wait. */
  send(fresh: number): void {
    const ids = this.#again;
    this.#again = [];
    for (let index = 0; index < fresh; index += 1) ids.push(`event-${this.#next++}`);
    for (const id of ids) {
      const flight = this.#post(id).finally(() => this.#flying.delete(flight));
      this.#flying.add(flight);
    }
  }

  /** Until every request has been answered or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#flying);
  }

  async #post(id: string): Promise<void> {
    try {
      const answer = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: EVENT, id, data: { id } }),
      });
      const body = (await answer.json()) as { status: number };
      if (answer.status !== 200 || body.status !== 200) throw new Error(JSON.stringify(body));
      this.acknowledged.add(id);
    } catch (error) {
      this.lastFailure = String(error);
      this.#again.push(id);
    }
  }

  /** Until the server knows the witness app's four functions. */
  async untilStarted(url: string, signingKey: string): Promise<void> {
    await poll(url, signingKey, (body) => {
      const { data } = body as { data: { functions: unknown[] }[] };
      return data.flatMap((app) => app.functions).length === 4;
    });
  }

  /** Until the server has nothing left to do. */
  async untilIdle(url: string, signingKey: string): Promise<void> {
    await poll(url, signingKey, (body) => {
      const { data } = body as { data: { queue: { queued: number } } };
      return data.queue.queued === 0;
    });
  }
}

/** How long a server may say the same before it counts as stuck. */
const PATIENCE_MS = 120_000;

async function poll(url: string, signingKey: string, holds: (body: unknown) => boolean): Promise<void> {
  const hex = signingKey.replace(/^signkey-\w+-/, "");
  const hash = createHash("sha256").update(Buffer.from(hex, "hex")).digest("hex");
  const headers = { authorization: `Bearer signkey-test-${hash}` };
  let deadline = performance.now() + PATIENCE_MS;
  let last = "";
  while (performance.now() < deadline) {
    const answer = await fetch(url, { headers });
    const said = await answer.text();
    // How long all of it takes is the machine's affair: what hangs says the same again and again.
    if (said !== last) deadline = performance.now() + PATIENCE_MS;
    last = said;
    if (answer.status === 200 && holds(JSON.parse(last))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited for ${url}, which has said the same for two minutes: ${last}`);
}
