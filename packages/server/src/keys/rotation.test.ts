import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { KeyEvidence, SigningKeyState } from "./administration.ts";
import type { RotatingKey, RotationFacts, RotationStep } from "./rotation.ts";
import {
  acceptedKeys,
  appsWithout,
  beginFault,
  promoted,
  recentUses,
  revocableAt,
  revoked,
  steppedBack,
} from "./rotation.ts";

const NOW = 1_000_000;
const QUIET = 1000;

const key = (
  id: string,
  state: SigningKeyState,
  createdAt = 0,
  retiringSince: number | null = null,
): RotatingKey => ({ id, state, createdAt, retiringSince });
const seen = (app: string, keyId: string, how: KeyEvidence["how"] = "call", at = NOW): KeyEvidence => ({
  app,
  worker: null,
  keyId,
  how,
  at,
});
const facts = (
  keys: readonly RotatingKey[],
  evidence: readonly KeyEvidence[] = [],
  apps = ["a", "b"],
): RotationFacts => ({
  keys,
  evidence,
  apps,
  now: NOW,
  quietMs: QUIET,
});

const OLD = key("old", "active");
const NEXT = key("new", "pending", 500);
const statesOf = (step: RotationStep) => (step.ok ? Object.fromEntries(step.states) : step.code);

test("a new key is promoted when every app has shown it since it was made, and not before, unless it is forced", () => {
  const keys = [OLD, NEXT];
  assert.equal(statesOf(promoted(facts(keys, [seen("a", "new")]), false)), "key_in_use");
  assert.equal(
    statesOf(promoted(facts(keys, [seen("a", "new"), seen("b", "new", "call", 499)]), false)),
    "key_in_use",
  );
  const both = [seen("a", "new"), seen("b", "new", "probe")];
  assert.deepEqual(statesOf(promoted(facts(keys, both), false)), { new: "active", old: "retiring" });
  assert.deepEqual(statesOf(promoted(facts(keys), true)), { new: "active", old: "retiring" });
  assert.equal(statesOf(promoted(facts([OLD]), true)), "conflict");
});

test("A-099 a retiring key is revoked when every app has the new one and nothing used it for the quiet time", () => {
  const keys = [key("old", "retiring"), key("new", "active", 500)];
  const have = [seen("a", "new"), seen("b", "new")];
  assert.equal(statesOf(revoked(facts(keys, [seen("a", "new")]), "old", false)), "key_in_use");
  for (const how of ["call", "bearer", "sync", "signature"] as const) {
    const used = [...have, seen("from 10.0.0.1", "old", how, NOW - QUIET + 1)];
    assert.equal(statesOf(revoked(facts(keys, used), "old", false)), "key_in_use", how);
    const quiet = [...have, seen("from 10.0.0.1", "old", how, NOW - QUIET)];
    assert.deepEqual(statesOf(revoked(facts(keys, quiet), "old", false)), { old: "revoked" }, how);
  }
  // To have it is not to use it.
  assert.deepEqual(statesOf(revoked(facts(keys, [...have, seen("a", "old", "probe")]), "old", false)), {
    old: "revoked",
  });
});

test("A-099 a key that signed within the quiet time is in use, though nobody was seen with it", () => {
  const keys = [key("old", "retiring", 0, NOW - 1), key("new", "active")];
  const have = [seen("a", "new"), seen("b", "new")];
  assert.equal(statesOf(revoked(facts(keys, have), "old", false)), "key_in_use");
  assert.equal(revocableAt(facts(keys, have)), NOW - 1 + QUIET);
});

test("A-099 a key that was stepped back from is not revoked while an app uses it", () => {
  const step = revoked(facts([OLD, NEXT], [seen("a", "new")]), "new", false);
  assert.equal(statesOf(step), "key_in_use");
});

test("a refusal names who would be cut off, how the key was used, and at most a few of many", () => {
  const keys = [key("old", "retiring"), key("new", "active")];
  const apps = Array.from({ length: 9 }, (_, index) => `app${index}`);
  const step = revoked(facts(keys, [], apps), "old", false);
  assert.ok(!step.ok);
  assert.match(step.words, /"app0".*"app4" and 4 more have not shown the new key new/);
  const used = revoked(facts(keys, [seen("a", "new"), seen("a", "old", "bearer")], ["a"]), "old", false);
  assert.ok(!used.ok);
  assert.match(used.words, /"a" used key old within the quiet time, last at .* \(bearer\)/);
});

test("A-099 the active key is not revoked without force; with it, what waits or retires signs at once, or nothing does", () => {
  assert.equal(statesOf(revoked(facts([OLD, NEXT]), "old", false)), "key_in_use");
  assert.deepEqual(statesOf(revoked(facts([OLD, NEXT]), "old", true)), { old: "revoked", new: "active" });
  const retiring = [key("new", "active"), key("old", "retiring")];
  assert.deepEqual(statesOf(revoked(facts(retiring), "new", true)), { new: "revoked", old: "active" });
  assert.deepEqual(statesOf(revoked(facts([OLD]), "old", true)), { old: "revoked" });
});

test("a key that is over stays so, and an unknown one is none", () => {
  assert.equal(statesOf(revoked(facts([OLD, key("x", "revoked")]), "x", true)), "conflict");
  assert.equal(statesOf(revoked(facts([OLD]), "y", true)), "not_found");
  assert.deepEqual(statesOf(revoked(facts([OLD, NEXT]), "new", false)), { new: "revoked" });
});

test("the step back lets the earlier key sign again, where there is one", () => {
  const keys = [key("new", "active"), key("old", "retiring")];
  assert.deepEqual(statesOf(steppedBack({ keys })), { old: "active", new: "pending" });
  assert.equal(statesOf(steppedBack({ keys: [OLD, NEXT] })), "conflict");
});

test("A-099 a third accepted key is not made", () => {
  assert.equal(beginFault({ keys: [OLD] }), null);
  assert.match(beginFault({ keys: [OLD, NEXT] }) ?? "", /under way/);
  assert.match(beginFault({ keys: [OLD, key("x", "retiring")] }) ?? "", /still accepted/);
});

test("when a retiring key can go is the end of the quiet time after its last use, and unknown while an app lacks the new one", () => {
  const keys = [key("old", "retiring"), key("new", "active", 500)];
  assert.equal(revocableAt(facts(keys, [seen("a", "new")])), null);
  const have = [seen("a", "new"), seen("b", "new")];
  assert.equal(revocableAt(facts(keys, have)), NOW);
  assert.equal(revocableAt(facts(keys, [...have, seen("b", "old", "call", NOW - 400)])), NOW - 400 + QUIET);
  assert.equal(revocableAt(facts([OLD])), null);
});

test("whatever is done in whatever order, one key signs at most, two are accepted, and what is revoked stays so", () => {
  const act = fc.constantFrom("begin", "promote", "force", "back", "revoke", "revoke by force");
  fc.assert(
    fc.property(fc.array(fc.tuple(act, fc.nat()), { maxLength: 40 }), (acts) => {
      let keys: RotatingKey[] = [key("k0", "active")];
      let made = 1;
      for (const [name, choice] of acts) {
        const target = keys[choice % keys.length]?.id ?? "";
        const evidence =
          choice % 2 === 0
            ? keys.flatMap(({ id }) => [seen("a", id, "call", choice % 3 === 0 ? NOW : 0)])
            : [];
        const now = facts(keys, evidence, ["a"]);
        if (name === "begin") {
          if (beginFault({ keys }) === null) keys = keys.concat(key(`k${made++}`, "pending"));
        } else {
          const step =
            name === "promote" || name === "force"
              ? promoted(now, name === "force")
              : name === "back"
                ? steppedBack({ keys })
                : revoked(now, target, name === "revoke by force");
          if (step.ok) {
            for (const { id, state } of keys) assert.ok(state !== "revoked" || !step.states.has(id));
            keys = keys.map((each) => ({ ...each, state: step.states.get(each.id) ?? each.state }));
          }
          if (!keys.some(({ state }) => state === "active")) keys = keys.concat(key(`k${made++}`, "active"));
        }
        assert.equal(keys.filter(({ state }) => state === "active").length, 1);
        assert.ok(acceptedKeys(keys).length <= 2);
        assert.equal(acceptedKeys(keys)[0]?.state, "active");
      }
    }),
  );
});

test("appsWithout() and recentUses() look at the key they are asked for", () => {
  const now = facts([OLD, NEXT], [seen("a", "old"), seen("b", "new")]);
  assert.deepEqual(appsWithout(now, "new"), ["a"]);
  assert.deepEqual(
    recentUses(now, "old").map(({ app }) => app),
    ["a"],
  );
});

test("a refusal speaks of one app or of several, and of the latest use whatever the order", () => {
  const words = (step: RotationStep): string => (step.ok ? "ok" : step.words);
  assert.match(words(promoted(facts([OLD, NEXT], [seen("a", "new")]), false)), /"b" has not shown/);
  assert.match(words(promoted(facts([OLD, NEXT]), false)), /have not shown/);
  const retiring = [key("old", "retiring", 0, NOW - QUIET), key("new", "active", 500)];
  const end = (evidence: readonly KeyEvidence[]) => revoked(facts(retiring, evidence), "old", false);
  assert.match(words(end([seen("a", "new")])), /"b" has not shown the new key new and would/);
  assert.match(words(end([])), /have not shown the new key new and would/);
  const uses = [seen("a", "old", "call", NOW - 10), seen("b", "old", "sync", NOW - 5)];
  for (const order of [uses, uses.toReversed()])
    assert.match(
      words(end([seen("a", "new"), seen("b", "new"), ...order])),
      new RegExp(`last at ${new Date(NOW - 5).toISOString()} \\(sync\\)`),
    );
});

test("with no key that signs a pending one is promoted alone, and a retiring one waits for every app", () => {
  assert.deepEqual(statesOf(promoted(facts([NEXT]), true)), { new: "active" });
  const alone = [key("old", "retiring", 0, NOW - QUIET)];
  assert.equal(statesOf(revoked(facts(alone), "old", false)), "key_in_use");
  assert.deepEqual(statesOf(revoked(facts(alone, [], []), "old", false)), { old: "revoked" });
  assert.deepEqual(statesOf(revoked(facts(alone), "old", true)), { old: "revoked" });
});
