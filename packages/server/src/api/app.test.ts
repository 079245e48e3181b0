import assert from "node:assert/strict";
import { test } from "node:test";
import { createIds, systemClock, systemRandom } from "#kernel";
import type { Log } from "#kernel";
import { createApp } from "./app.ts";

test("a fault that nobody expected is in the log with its request and where it came from, and its caller learns that there was one", async () => {
  const lines: (readonly [level: string, facts: Readonly<Record<string, unknown>>, message: string])[] = [];
  const at =
    (level: string) =>
    (facts: Readonly<Record<string, unknown>>, message: string): void =>
      void lines.push([level, facts, message]);
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const app = createApp({
    mode: "production",
    machineClock: systemClock,
    ids: createIds(systemClock, systemRandom),
    log,
  });
  app.get("/broken/:id", { config: { access: "open" } }, () => {
    throw new TypeError("the disk at /srv/data is odd");
  });
  const answer = await app.inject({ method: "GET", url: "/broken/1" });
  assert.equal(answer.statusCode, 500);
  const said = answer.json<{ readonly code: string; readonly error: string }>();
  assert.equal(said.code, "internal_error");
  assert.doesNotMatch(answer.body, /disk|srv|TypeError/);
  assert.equal(lines.length, 1);
  const [[level, facts, message] = ["", {}, ""]] = lines;
  assert.deepEqual([level, message], ["error", "a request failed"]);
  assert.deepEqual(
    [facts["request"], facts["route"], facts["code"]],
    [answer.headers["x-request-id"], "/broken/:id", "internal_error"],
  );
  assert.match(String(facts["error"]), /TypeError: the disk at \/srv\/data is odd\n\s+at /);
});
