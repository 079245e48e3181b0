import assert from "node:assert/strict";
import { it } from "node:test";
import { until } from "./until.ts";

it("until() gives what the first look gives that gives something", async () => {
  const looks = [undefined, null, false, 0, 1];
  assert.equal(await until("there is something", () => looks.shift()), 0);
  assert.deepEqual(looks, [1]);
});

it("until() takes a throw for not yet", async () => {
  let looks = 0;
  const look = (): string => {
    looks += 1;
    if (looks < 3) throw new Error("not yet");
    return "now";
  };
  assert.equal(await until("it stops throwing", look), "now");
});

it("until() says what did not happen, with the last throw and the facts", async () => {
  const look = (): never => {
    throw new Error("nobody there");
  };
  await assert.rejects(
    until("somebody comes", look, { timeoutMs: 30, facts: () => "the door is shut" }),
    (error: Error) => {
      assert.match(error.message, /30 ms in vain: somebody comes\.\nthe door is shut/);
      assert.match(String(error.cause), /nobody there/);
      return true;
    },
  );
});
