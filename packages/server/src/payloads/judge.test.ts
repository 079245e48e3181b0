import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SEALED_ERROR_MESSAGE } from "@holdfast/protocol";
import type { PayloadPosition, PayloadRules } from "./contract.ts";
import { judge, POSITIONS } from "./judge.ts";

const RULES: PayloadRules = {
  mode: "sealed",
  clearFields: ["userId"],
  formats: ["holdfast", "inngest"],
};

const TEXT = `hf1.00112233aabb.AQ.${"A".repeat(64)}`;
const SEALED = { __SEALED__: TEXT };
const OFFICIAL = {
  __ENCRYPTED__: true,
  __STRATEGY__: "inngest/libsodium",
  data: Buffer.alloc(60).toString("base64"),
};
const V0 = { __ENCRYPTED__: true, data: Buffer.from(`Salted__${"x".repeat(24)}`).toString("base64") };
const INDEX = `hfx1.00112233aabb.${"A".repeat(43)}`;
const ERROR = { name: "CardError", message: SEALED_ERROR_MESSAGE, data: SEALED };
const CANARY = "canary-7f3a";

const verdict = (position: PayloadPosition, value: unknown, rules: PayloadRules = RULES): string => {
  const judged = judge(rules, { position, value });
  return judged.kind === "plain" ? judged.at : "sealed";
};

/** What each position takes, and what it does not, with the place that is named. */
const TABLE: Readonly<
  Record<
    PayloadPosition,
    { readonly sealed: readonly unknown[]; readonly plain: readonly (readonly [unknown, string])[] }
  >
> = {
  "event-data": {
    sealed: [
      SEALED,
      { ...SEALED, userId: "u1" },
      { ...SEALED, mail: INDEX },
      { encrypted: OFFICIAL, userId: 3 },
    ],
    plain: [
      [{ email: CANARY }, "data.email"],
      [{ ...SEALED, email: CANARY }, "data.email"],
      [{ encrypted: OFFICIAL, email: CANARY }, "data.email"],
      [{ [`${CANARY} and more`]: 1 }, "data"],
      [{ __SEALED__: CANARY }, "data.__SEALED__"],
      [{ __ENCRYPTED__: true, data: CANARY }, "data.__ENCRYPTED__"],
      [{ nested: { userId: "u1" } }, "data.nested"],
      [CANARY, "data"],
      [[SEALED], "data"],
    ],
  },
  "event-user": { sealed: [SEALED, { id: OFFICIAL }], plain: [[{ userId: "u1" }, "user.userId"]] },
  "invoke-data": {
    sealed: [SEALED, { ...SEALED, userId: "u1" }],
    plain: [[{ email: CANARY }, "data.email"]],
  },
  "invoke-user": { sealed: [SEALED], plain: [[{ userId: "u1" }, "user.userId"]] },
  "deferred-input": { sealed: [SEALED, { ...SEALED, userId: 1 }], plain: [[{ n: 1 }, "input.n"]] },
  "rerun-input": {
    sealed: [[SEALED, null]],
    plain: [
      [[SEALED, CANARY], "fromStep.input[1]"],
      [CANARY, "fromStep.input"],
    ],
  },
  "step-input": {
    sealed: [[SEALED], [OFFICIAL, {}]],
    plain: [
      [[CANARY], "opts.input[0]"],
      [SEALED, "opts.input"],
    ],
  },
  "step-output": {
    sealed: [SEALED, OFFICIAL],
    plain: [
      [CANARY, "data"],
      [0, "data"],
      [false, "data"],
      ["", "data"],
      [{ ...SEALED, userId: "u1" }, "data"],
      [[SEALED], "data"],
      [V0, "data"],
      [{ ...OFFICIAL, extra: CANARY }, "data"],
    ],
  },
  "step-error": {
    sealed: [ERROR],
    plain: [
      [{ name: "Error", message: CANARY }, "error"],
      [{ ...ERROR, stack: CANARY }, "error"],
      [{ ...ERROR, cause: { message: CANARY } }, "error"],
      [{ ...ERROR, name: `${CANARY} went wrong` }, "error"],
      [{ ...ERROR, data: CANARY }, "error"],
    ],
  },
  "function-output": {
    sealed: [SEALED, OFFICIAL],
    plain: [
      [CANARY, "data"],
      [{ status: 200, body: "" }, "data"],
    ],
  },
  "function-error": { sealed: [ERROR], plain: [[{ name: "Error", message: CANARY }, "error"]] },
  "endpoint-request": {
    sealed: [
      {
        domain: "https://a",
        method: "GET",
        path: "/x",
        content_type: "text/plain",
        query_params: "",
        body: "",
      },
      { method: "POST", path: "/x", body: TEXT, query_params: JSON.stringify(SEALED), ip: TEXT },
      { app: "shop", method: "POST", path: "/x", is_streamed: true, body: JSON.stringify(SEALED) },
    ],
    plain: [
      [{ path: "/x", is_streamed: CANARY }, "event.data.is_streamed"],
      [{ path: "/x", body: CANARY }, "event.data.body"],
      [{ path: "/x", body: JSON.stringify({ a: CANARY }) }, "event.data.body"],
      [{ path: "/x", query_params: `q=${CANARY}` }, "event.data.query_params"],
      [{ path: "/x", ip: "192.0.2.1" }, "event.data.ip"],
    ],
  },
  "endpoint-response": {
    sealed: [
      SEALED,
      { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(SEALED) },
    ],
    plain: [
      [{ status: 200, body: CANARY }, "data"],
      [{ status: 200, headers: { "set-cookie": CANARY }, body: "" }, "data"],
      [{ status: CANARY, body: "" }, "data"],
      [{ status: 200, body: "", more: CANARY }, "data"],
    ],
  },
  "signal-data": { sealed: [SEALED], plain: [[CANARY, "data"]] },
  metadata: {
    sealed: [
      [{ kind: "userland.x", scope: "step", op: "set", values: SEALED }],
      [{ kind: "k", values: { a: SEALED } }],
    ],
    plain: [
      [[{ kind: "k", values: { a: CANARY } }], "metadata"],
      [[{ kind: "k", values: SEALED, note: CANARY }], "metadata"],
      [[{ kind: "k".repeat(200), values: SEALED }], "metadata"],
      [[CANARY], "metadata"],
    ],
  },
  gateway: { sealed: [], plain: [[{ url: "https://x" }, "opts"]] },
  stream: { sealed: [SEALED], plain: [["a frame", "body"]] },
};

describe("judge()", () => {
  for (const [name, { plain, sealed }] of Object.entries(TABLE)) {
    // The table has every position as its keys.
    const position = name as PayloadPosition;
    it(`${position}: takes what is sealed or carries nothing, and names the place of anything else`, () => {
      for (const value of [null, undefined, ...sealed]) assert.equal(verdict(position, value), "sealed");
      for (const [value, at] of plain) assert.equal(verdict(position, value), at, JSON.stringify(value));
    });
  }

  it("lets what is empty pass where a value may stand", () => {
    for (const [position, { shape }] of Object.entries(POSITIONS)) {
      if (shape !== "value" && shape !== "data") continue;
      // As above.
      assert.equal(verdict(position as PayloadPosition, {}), "sealed", position);
    }
  });

  it("takes only the formats that the rules name", () => {
    const ours: PayloadRules = { ...RULES, formats: ["holdfast"] };
    const theirs: PayloadRules = { ...RULES, formats: ["inngest"] };
    assert.equal(verdict("step-output", OFFICIAL, ours), "data");
    assert.equal(verdict("event-data", { encrypted: OFFICIAL }, ours), "data.encrypted");
    assert.equal(verdict("step-output", SEALED, theirs), "data");
    assert.equal(verdict("event-data", { ...SEALED, userId: 1 }, theirs), "data.__SEALED__");
    assert.equal(verdict("step-error", ERROR, theirs), "error");
  });
});
