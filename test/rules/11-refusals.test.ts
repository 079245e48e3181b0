import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { sharedStage } from "../kit/stage.ts";

const MiB = 1024 * 1024;

describe("11.1: what is refused at the door", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();
  let appsCount = 0;

  /** What the server answers to a function with these members. */
  async function register(members: Readonly<Record<string, unknown>>): Promise<number> {
    const app = `registers${(appsCount += 1)}`;
    const registration = registrationOf(app, "http://127.0.0.1:9/api/inngest", ["fn"], members);
    return (await postRegistration(stage.server, registration)).status;
  }

  function times<T>(count: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  async function sendBody(body: string): Promise<number> {
    const { url, eventKey } = stage.server;
    const answer = await fetch(`${url}/e/${eventKey}`, { method: "POST", body });
    return answer.status;
  }

  it("11.1 a function has up to 5 rules that cancel it", async () => {
    const cancel = (count: number): object => ({
      cancel: times(count, (index) => ({ event: `limits/cancel${index}` })),
    });
    assert.deepEqual([await register({ ...cancel(5) }), await register({ ...cancel(6) })], [200, 400]);
  });

  it("11.1 a function has up to 10 triggers", async () => {
    const triggers = (count: number): object => ({
      triggers: times(count, (index) => ({ event: `limits/trigger${index}` })),
    });
    assert.deepEqual([await register({ ...triggers(10) }), await register({ ...triggers(11) })], [200, 400]);
  });

  it("11.1 a function has up to 2 concurrency rules", async () => {
    const concurrency = (count: number): object => ({
      concurrency: times(count, (index) => ({ limit: 1, scope: "env", key: `event.data.k${index}` })),
    });
    assert.deepEqual(
      [await register({ ...concurrency(2) }), await register({ ...concurrency(3) })],
      [200, 400],
    );
  });

  it("11.1 the period of a rate limit is up to 24 hours", async () => {
    const rateLimit = (period: string): object => ({ rateLimit: { limit: 1, period } });
    assert.deepEqual(
      [await register({ ...rateLimit("24h") }), await register({ ...rateLimit("25h") })],
      [200, 400],
    );
  });

  it("11.1 the period of a debounce is from 1 second to 7 days", async () => {
    const statuses: number[] = [];
    for (const period of ["1s", "7d", "999ms", "8d"]) statuses.push(await register({ debounce: { period } }));
    assert.deepEqual(statuses, [200, 200, 400, 400]);
  });

  it("11.1 an event has up to 3 MiB", async () => {
    const event = (bytes: number): string => {
      const empty = JSON.stringify({ name: "limits/large", data: { text: "" } });
      return JSON.stringify({ name: "limits/large", data: { text: "x".repeat(bytes - empty.length) } });
    };
    assert.equal(await sendBody(event(3 * MiB - 200)), 200);
    assert.equal(await sendBody(event(3 * MiB + 200)), 400);
  });

  it("11.1 a request has up to 5000 events", async () => {
    const events = (count: number): string =>
      JSON.stringify(times(count, () => ({ name: "limits/many", data: {} })));
    assert.equal(await sendBody(events(5000)), 200);
    assert.equal(await sendBody(events(5001)), 400);
  });

  it("11.1 an event belongs to up to 5 sessions", async () => {
    const event = (count: number): string =>
      JSON.stringify({
        name: "limits/sessions",
        data: {},
        meta: { sessions: Object.fromEntries(times(count, (index) => [`key${index}`, "value"])) },
      });
    assert.equal(await sendBody(event(5)), 200);
    assert.equal(await sendBody(event(6)), 400);
  });
});
