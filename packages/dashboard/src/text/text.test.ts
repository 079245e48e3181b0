import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import { browserWords } from "./browser-words.ts";
import { failureOf } from "./failure.ts";
import { grantWords, listed, placeWords } from "./grants.ts";
import { dayWords, distance, exactWords, urgencyOf } from "./times.ts";

const NOW = Date.UTC(2026, 10, 27, 12);
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test("distance() says instants in the unit that fits", () => {
  for (const [ms, words] of [
    [0, "just now"],
    [-59_000, "just now"],
    [30_000, "in less than a minute"],
    [-60_000, "1 minute ago"],
    [29 * 60_000, "in 29 minutes"],
    [-5 * HOUR, "5 hours ago"],
    [-DAY, "1 day ago"],
    [59 * DAY, "in 59 days"],
    [-120 * DAY, "3 months ago"],
    [-800 * DAY, "2 years ago"],
  ] as const)
    assert.equal(distance(at(ms), NOW), words);
});

test("urgencyOf() warns of a certificate's end from 60 days on, and presses from 7", () => {
  for (const [days, urgency] of [
    [61, "none"],
    [60, "soon"],
    [8, "soon"],
    [7, "urgent"],
    [0, "over"],
    [-1, "over"],
  ] as const)
    assert.equal(urgencyOf(at(days * DAY), NOW), urgency, `${days} days`);
});

test("grants are said in words", () => {
  assert.equal(grantWords({ role: "admin", environments: null, payloads: false }), "an admin everywhere");
  assert.equal(placeWords(["a", "b", "c"]), "in a, b and c");
  assert.equal(placeWords([]), "nowhere");
  assert.equal(listed([]), "");
});

test("failureOf() keeps the server's code, sentence and advice", () => {
  const details = {
    status: 409,
    code: "last_owner",
    sentence: "Ada is the last owner.",
    next: "Make another.",
  };
  const failure = failureOf(new HoldfastError("conflict", "Cannot …", { details }));
  assert.deepEqual(failure, {
    code: "last_owner",
    sentence: details.sentence,
    next: details.next,
    status: 409,
  });
});

test("failureOf() says of a server that does not answer that nothing is known to have changed", () => {
  const failure = failureOf(new HoldfastError("server_unreachable", "Cannot list people: no."));
  assert.equal(failure.code, "server_unreachable");
  assert.equal(failure.sentence, "The server does not answer.");
  assert.match(failure.next ?? "", /try again/);
});

test("failureOf() knows a passkey that was declined", () => {
  assert.equal(failureOf(new DOMException("x", "NotAllowedError")).code, "passkey_declined");
  assert.equal(failureOf("odd").code, "page_failed");
});

test("browserWords() tells browsers apart by what they say", () => {
  assert.equal(
    browserWords("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/150.0"),
    "Firefox on Windows",
  );
  assert.equal(
    browserWords("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.0 Safari/604.1"),
    "Safari on iPhone",
  );
  assert.equal(browserWords("curl/9"), "curl/9");
  assert.equal(browserWords(null), "Unknown browser");
});

test("instants are written in UTC when the reader wants it, and say so", () => {
  assert.match(exactWords("2026-11-27T23:30:00.000Z", "utc"), /27.* UTC$|Nov 27.* UTC$/);
  assert.match(dayWords("2026-11-27T23:30:00.000Z", "utc"), /27/);
  assert.doesNotMatch(exactWords("2026-11-27T23:30:00.000Z", "local"), /UTC$/);
});
