import assert from "node:assert/strict";
import { test } from "node:test";
import { compatibleStage } from "../compatible/compatible-sealing.ts";
import { staticKeys } from "../keys/key-ring.ts";
import { platformWorld } from "../platform/world.ts";
import { createSealingSender } from "../senders/create-sealing-sender.ts";
import { newKeyPair } from "../senders/key-pair.ts";
import { PLACES } from "../testing/places.ts";
import { refusal } from "../testing/refusal.ts";
import { stageOf, testKey, testSealing } from "../testing/stage-of.ts";
import { stored } from "../testing/stored.ts";
import { openDocument } from "./open-document.ts";

const keys = staticKeys(testKey().text());
const stage = stageOf(testSealing({ clear: ["userId"], blind: { email: "emailIndex" } }));

test("every envelope of a document opens where it stands, and the rest stays", async () => {
  const pair = await newKeyPair();
  const sender = createSealingSender({ publicKey: pair.publicText(), environment: "production" });
  const error = { name: "TypeError", message: "declined", cause: { name: "Error", message: "4242" } };
  const data = { userId: "u1", email: "a@example.com" };
  const document = stored({
    id: "01RUN",
    status: 3,
    nothing: null,
    event: {
      name: "order/paid",
      data: { ...(await stage.sealData(data, PLACES.event)), _inngest: { fn_id: "x" } },
    },
    steps: [
      { data: await stage.seal([1, null], PLACES.stepOutput) },
      { error: await stage.sealError(error, PLACES.stepError) },
    ],
    sent: await sender.seal({ name: "order/paid", id: "e-1", data: { from: "outside" } }),
    published: await compatibleStage({ key: "shared" }, platformWorld).seal("x", PLACES.stepOutput),
  });
  const { document: read, opened } = await openDocument(document, {
    keys,
    keyPairs: [pair.text()],
    published: { key: "shared" },
  });
  assert.deepEqual(read, {
    id: "01RUN",
    status: 3,
    nothing: null,
    event: { name: "order/paid", data: { ...data, _inngest: { fn_id: "x" } } },
    steps: [{ data: [1, null] }, { error }],
    sent: { from: "outside" },
    published: "x",
  });
  assert.deepEqual(
    opened.map(({ path, keyId, position }) => [path, keyId, position?.stepId]),
    [
      ["$.event.data", testKey().id, undefined],
      ["$.steps[0].data", testKey().id, "s1"],
      ["$.steps[1].error", testKey().id, "s1"],
      ["$.sent", pair.id, undefined],
      ["$.published", null, undefined],
    ],
  );
});

test("published envelopes stay as they are without their keys", async () => {
  const document = stored({
    a: await compatibleStage({ key: "shared" }, platformWorld).seal("x", PLACES.stepOutput),
  });
  const read = await openDocument(document, { keys });
  assert.deepEqual(read, { document, opened: [] });
});

test("an envelope that does not open is named by path, place and key", async () => {
  const [sealed, foreign] = [
    stored(await stage.seal("canary", PLACES.stepOutput)),
    stored(
      await stageOf(testSealing({ keys: staticKeys(testKey(9).text()) })).seal("canary", PLACES.stepOutput),
    ),
  ];
  await assert.rejects(openDocument({ steps: [foreign] }, { keys }), (error) => {
    refusal("seal_key_unknown", { hidden: ["canary"] })(error);
    assert.match(String(error), /At \$\.steps\[0\]: Cannot open the step-output of step s1 /);
    assert.ok(String(error).includes(testKey(9).id));
    return true;
  });
  for (const value of [
    { __SEALED__: `${sealed["__SEALED__"].slice(0, -4)}AAAA` },
    { __SEALED__: "hunter2" },
    { ...sealed, more: 1 },
    { __SEALED__: `hf1.${testKey().id}.AAAA.${"A".repeat(80)}` },
  ]) {
    await assert.rejects(
      openDocument({ a: value }, { keys }),
      refusal("seal_broken", { hidden: ["canary"] }),
    );
  }
});

test("a document that is nested too deep is refused", async () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 600; depth++) deep = [deep];
  await assert.rejects(openDocument(deep, { keys }), { code: "json_too_deep" });
});
