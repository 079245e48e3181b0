import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Cancellation } from "./cancellation.ts";

function request(name: string, cancelled: string[]) {
  return { cancel: () => void cancelled.push(name) };
}

test("Cancellation cancels every request of the signal that aborted, and of no other", () => {
  const cancellation = new Cancellation();
  const [mine, other] = [new AbortController(), new AbortController()];
  const cancelled: string[] = [];
  cancellation.watch(mine.signal, request("a", cancelled));
  cancellation.watch(mine.signal, request("b", cancelled));
  cancellation.watch(other.signal, request("c", cancelled));
  mine.abort();
  assert.deepEqual(cancelled, ["a", "b"]);
  other.abort();
  assert.deepEqual(cancelled, ["a", "b", "c"]);
});

test("Cancellation puts one listener on a signal, and takes it off after the last request", () => {
  const cancellation = new Cancellation();
  const { signal } = new AbortController();
  const requests = Array.from({ length: 50 }, () => request("", []));
  for (const each of requests) cancellation.watch(signal, each);
  assert.equal(getEventListeners(signal, "abort").length, 1);
  for (const each of requests) {
    assert.equal(getEventListeners(signal, "abort").length, 1);
    cancellation.unwatch(signal, each);
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
  cancellation.watch(signal, request("", []));
  assert.equal(getEventListeners(signal, "abort").length, 1);
});

test("Cancellation does not cancel what is no longer watched", () => {
  const cancellation = new Cancellation();
  const controller = new AbortController();
  const cancelled: string[] = [];
  const gone = request("gone", cancelled);
  cancellation.watch(controller.signal, gone);
  cancellation.watch(controller.signal, request("kept", cancelled));
  cancellation.unwatch(controller.signal, gone);
  controller.abort();
  assert.deepEqual(cancelled, ["kept"]);
});

test("Cancellation bears that a request leaves, or was never watched, while its signal aborts", () => {
  const cancellation = new Cancellation();
  const controller = new AbortController();
  const cancelled: string[] = [];
  const leaving = {
    cancel(): void {
      cancelled.push("leaving");
      cancellation.unwatch(controller.signal, leaving);
    },
  };
  cancellation.unwatch(controller.signal, leaving);
  cancellation.watch(controller.signal, leaving);
  cancellation.watch(controller.signal, request("other", cancelled));
  controller.abort();
  assert.deepEqual(cancelled, ["leaving", "other"]);
});
