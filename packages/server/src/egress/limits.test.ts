import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createEgress } from "./egress.ts";
import type { EgressLimits } from "./egress.ts";
import { bound, checkLimits, NO_LIMITS } from "./limits.ts";
import { answered, failure, get, startApp } from "./testing/peers.ts";

test("checkLimits() takes whole numbers within what a request may say itself, and nothing else", () => {
  checkLimits(NO_LIMITS);
  checkLimits({ timeoutMs: 1000, answerBytes: 1024, concurrency: 1 });
  checkLimits({ timeoutMs: 7_200_000, answerBytes: 8 * 1024 * 1024, concurrency: 100_000 });
  const wrong: readonly Partial<EgressLimits>[] = [
    { timeoutMs: 999 },
    { timeoutMs: 7_200_001 },
    { timeoutMs: 1000.5 },
    { answerBytes: 1023 },
    { answerBytes: 8 * 1024 * 1024 + 1 },
    { concurrency: 0 },
    { concurrency: 100_001 },
    { concurrency: Number.NaN },
  ];
  for (const limits of wrong)
    assert.throws(() => checkLimits({ ...NO_LIMITS, ...limits }), { code: "request_invalid" });
});

test("bound() narrows and never widens, and knows by what", () => {
  const request = { ...get("http://app.test/"), timeoutMs: 5000, responseBytesMax: 5000 };
  const of = (limits: Partial<EgressLimits>) => {
    const { responseBytesMax, ruled, timeoutMs } = bound(request, { ...NO_LIMITS, ...limits });
    return [timeoutMs, responseBytesMax, ruled];
  };
  const none = [5000, 5000, { time: false, size: false }];
  assert.deepEqual(of({}), none);
  assert.deepEqual(of({ timeoutMs: 5000, answerBytes: 5000 }), none);
  assert.deepEqual(of({ timeoutMs: 9000, answerBytes: 9000 }), none);
  assert.deepEqual(of({ timeoutMs: 4999 }), [4999, 5000, { time: true, size: false }]);
  assert.deepEqual(of({ answerBytes: 4999 }), [5000, 4999, { time: false, size: true }]);
});

test("Egress.send() ends what takes longer or is larger than the policy allows, and names the rule", async (t) => {
  const clock = manualClock(0);
  let limits: EgressLimits = { ...NO_LIMITS, timeoutMs: 1000, answerBytes: 1024 };
  const egress = createEgress({ clock, limits: () => limits });
  t.after(() => egress.close());
  const app = await startApp(t, (response, { url }) => {
    if (url === "/large") response.end("x".repeat(1025));
    if (url === "/fits") response.end("x".repeat(1024));
  });
  const large = failure(await egress.send(get(`${app.origin}/large`)));
  assert.equal(large.code, "too_large");
  assert.equal(large.rule, "answer_size");
  assert.match(large.message, /1024 bytes, which is a limit of the egress policy \(answer_size\)/);
  assert.equal(answered(await egress.send(get(`${app.origin}/fits`))).body.length, 1024);
  const slow = egress.send(get(`${app.origin}/never`));
  await app.arrived(3);
  await clock.advance(1000);
  const late = failure(await slow);
  assert.equal(late.code, "timed_out");
  assert.equal(late.rule, "timeout");
  assert.match(late.message, /within 1000 ms, which is a limit of the egress policy \(timeout\)/);
  limits = NO_LIMITS;
  // What the request itself allows is no rule of the policy.
  const own = await egress.send(get(`${app.origin}/large`, { responseBytesMax: 10 }));
  assert.ok(own.kind === "failed" && !("rule" in own));
  assert.match(own.message, /larger than 10 bytes\.$/);
  const patient = egress.send(get(`${app.origin}/never`, { timeoutMs: 500 }));
  await app.arrived(5);
  await clock.advance(500);
  const over = await patient;
  assert.ok(over.kind === "failed" && !("rule" in over));
  assert.match(over.message, /within 500 ms\.$/);
  assert.equal(answered(await egress.send(get(`${app.origin}/large`))).body.length, 1025);
});

test("Egress.send() lets out as many at once as the policy allows, whichever hosts they are for, in their order", async (t) => {
  const clock = manualClock(0);
  let concurrency = 1;
  const egress = createEgress({ clock, limits: () => ({ ...NO_LIMITS, concurrency }) });
  t.after(() => egress.close());
  const held: (() => void)[] = [];
  const answer = (response: { end(text: string): void }): void => void held.push(() => response.end("done"));
  const [one, two] = [await startApp(t, answer), await startApp(t, answer)];
  const first = egress.send(get(`${one.origin}/1`));
  const second = egress.send(get(`${two.origin}/2`));
  const givenUp = new AbortController();
  const third = egress.send({ ...get(`${one.origin}/3`), signal: givenUp.signal });
  const impatient = egress.send({ ...get(`${one.origin}/4`), timeoutMs: 1000 });
  await one.arrived(1);
  givenUp.abort();
  assert.equal(failure(await third).code, "aborted");
  await clock.advance(1000);
  const late = failure(await impatient);
  assert.equal(late.code, "unreachable");
  assert.match(late.message, /its turn did not come within 1000 ms, .* \(concurrency\)/);
  assert.equal(two.seen.length, 0);
  held.shift()?.();
  assert.equal(answered(await first).body, "done");
  await two.arrived(1);
  // More may go out as soon as somebody asks.
  concurrency = 2;
  const fifth = egress.send(get(`${one.origin}/5`));
  await one.arrived(2);
  for (const end of held) end();
  assert.deepEqual([answered(await second).body, answered(await fifth).body], ["done", "done"]);
  assert.deepEqual(
    one.seen.map(({ url }) => url),
    ["/1", "/5"],
  );
});
