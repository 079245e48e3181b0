import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "#kernel";
import { hashPassword, isOutdated, isPassword } from "./hash-password.ts";
import type { PasswordRuleDeps } from "./password-rule.ts";
import { createPasswordRule } from "./password-rule.ts";
import { createPasswords } from "./passwords.ts";

const COST = { memory: 256, passes: 1 };
const pepper = systemRandom.bytes(32);
const hash = (password: string, cost = COST): Promise<string> =>
  hashPassword(password, { cost, pepper, random: systemRandom });
const refusal =
  (
    own: readonly string[] = [],
    surroundings: readonly string[] = [],
    breached: PasswordRuleDeps["breached"] = null,
  ) =>
  async (password: string): Promise<string> => {
    try {
      await createPasswordRule({ surroundings: () => surroundings, breached }).check(password, own);
      return "";
    } catch (error) {
      assert.equal((error as { code: string }).code, "policy_violation");
      assert.ok(!(error as Error).message.includes(password) || password === "");
      return (error as Error).message;
    }
  };

test("a password opens its own hash, under its own pepper, and nothing else does", async () => {
  const stored = await hash("correct horse battery staple");
  assert.match(stored, /^\$argon2id\$v=19\$m=256,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.ok(await isPassword("correct horse battery staple", stored, pepper));
  assert.ok(!(await isPassword("correct horse battery stapl", stored, pepper)));
  assert.ok(!(await isPassword("correct horse battery staple", stored, systemRandom.bytes(32))));
  assert.notEqual(stored, await hash("correct horse battery staple"));
});

test("a letter is the same however a keyboard composes it", async () => {
  assert.ok(
    await isPassword(
      "zo\u00EB zo\u00EB zo\u00EB zo\u00EB",
      await hash("zoe\u0308 zoe\u0308 zoe\u0308 zoe\u0308"),
      pepper,
    ),
  );
});

test("what is no hash of ours matches nothing", async () => {
  const stored = await hash("correct horse battery staple");
  for (const wrong of [
    "",
    "$argon2id$",
    stored.replace("argon2id", "argon2i"),
    stored.replace("v=19", "v=16"),
    stored.slice(0, -1),
    `${stored} `,
  ])
    assert.ok(!(await isPassword("correct horse battery staple", wrong, pepper)), wrong);
});

test("a hash that was cheaper to make than new ones are is outdated", async () => {
  const stored = await hash("correct horse battery staple");
  assert.ok(!isOutdated(stored, COST));
  assert.ok(isOutdated(stored, { memory: 512, passes: 1 }));
  assert.ok(isOutdated(stored, { memory: 256, passes: 2 }));
  assert.ok(isOutdated("nothing", COST));
  assert.ok(isOutdated(stored));
});

test("a password has twelve to 256 characters, of whatever kind", async () => {
  const of = refusal();
  assert.equal(await of("eleven chr."), "A password has 12 to 256 characters, and this one has 11.");
  assert.equal(await of("twelve chars"), "");
  assert.equal(await of("🐎🔋🌵🎈🎻🍋🛶🧵🪁🐙🦉🌋"), "");
  assert.match(await of("🐎🔋🌵🎈🎻🍋"), /has 6/);
  assert.equal((await of("correct horse ".repeat(18))).includes("tried first"), false);
  assert.match(await of("correct horse ".repeat(19)), /and this one has 266/);
});

test("what is tried first is refused: common words with numbers around them, repeats, rows", async () => {
  const of = refusal();
  for (const weak of [
    "password123456",
    "123456password",
    "Password!2026!",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "abcdefghijklm",
    "zyxwvutsrqpon",
    "123456789012",
    "1234512345123",
  ])
    assert.match(await of(weak), /tried first/, weak);
});

test("what others know of its owner is refused", async () => {
  const of = refusal(["ana.maria@example.com", "Ana Maria"]);
  assert.match(await of("anaMaria-example"), /know of you/);
  assert.match(await of("ana.maria@example.com"), /know of you/);
  assert.equal(await of("maria rides a purple bicycle"), "");
});

test("what everybody here knows is refused: the installation, the organisation's domains and its own words", async () => {
  const of = refusal(["Ana Maria"], ["flow.acme.example", "acme.example", "Zephyrcoil"]);
  assert.match(await of("acme-example-acme"), /everybody here knows/);
  assert.match(await of("Zephyrcoil2026"), /everybody here knows/);
  assert.match(await of("ZEPHYRcoil-Maria1"), /everybody here knows/);
  assert.equal(await of("a zephyrcoil and a coyote"), "");
  assert.equal(await refusal()("Zephyrcoil2026"), "");
});

test("what was stolen elsewhere is refused, as it was typed", async () => {
  const asked: string[] = [];
  const breached = {
    has: async (password: string) => asked.push(password) > 0 && password.startsWith("Zoë"),
  };
  const of = refusal([], [], breached);
  assert.match(await of("Zoe\u0308 and her horse"), /stolen from another service/);
  assert.equal(await of("zoë and her horse"), "");
  assert.deepEqual(asked, ["Zoë and her horse", "zoë and her horse"]);
});

test("who has no hash is compared all the same, and never matches", async () => {
  const passwords = createPasswords({ pepper, random: systemRandom, cost: COST });
  assert.equal(await passwords.isRight("correct horse battery staple", null), false);
  assert.equal(
    await passwords.isRight(
      "correct horse battery staple",
      await passwords.hash("correct horse battery staple"),
    ),
    true,
  );
});
