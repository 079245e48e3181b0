import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { isHoldfastError, parseSigningKey, TOKEN_PATTERN } from "@holdfast/protocol";
import { resolveSettings } from "../settings/resolve.ts";
import { settingsOf } from "../settings/table.ts";
import { serverKeys } from "./server-keys.ts";

const HEX = "ab".repeat(32);

function setUp(t: TestContext) {
  const cwd = mkdtempSync(join(tmpdir(), "holdfast-keys-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const notices: string[] = [];
  const keys = (
    flags: Readonly<Record<string, readonly string[]>> = {},
    env: Readonly<Record<string, string>> = {},
  ) => {
    const resolution = resolveSettings(settingsOf("start"), {
      flags: new Map(Object.entries(flags)),
      env,
      file: null,
    });
    return serverKeys(resolution, { cwd, dataDir: "data", notice: (text) => notices.push(text) });
  };
  return { cwd, keys, notices };
}

test("serverKeys() makes keys that the SDKs accept, for their owner's eyes only, and keeps them", (t) => {
  const { cwd, keys, notices } = setUp(t);
  const first = keys();
  assert.match(first.signing.keys[0] ?? "", /^signkey-prod-[0-9a-f]{64}$/);
  assert.match(first.event.keys[0] ?? "", TOKEN_PATTERN);
  assert.deepEqual([first.signing.isNew, first.event.isNew], [true, true]);
  assert.equal(first.signing.origin, join(cwd, "data/keys/signing-key"));
  assert.equal(statSync(join(cwd, "data/keys")).mode & 0o777, 0o700);
  for (const name of ["signing-key", "event-key"])
    assert.equal(statSync(join(cwd, "data/keys", name)).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(cwd, "data/keys")).sort(), ["event-key", "signing-key"]);

  const second = keys();
  assert.deepEqual(second.signing.keys, first.signing.keys);
  assert.deepEqual(second.event.keys, first.event.keys);
  assert.deepEqual([second.signing.isNew, second.event.isNew], [false, false]);
  assert.deepEqual(notices, []);
});

test("serverKeys() makes different keys each time", (t) => {
  assert.notDeepEqual(setUp(t).keys().signing.keys, setUp(t).keys().signing.keys);
});

test("serverKeys() takes keys that were set instead, and makes only what is missing", (t) => {
  const { cwd, keys } = setUp(t);
  const given = keys(
    {},
    { INNGEST_SIGNING_KEY: HEX, HOLDFAST_EVENT_KEY: "0123456789abcdef,fedcba9876543210" },
  );
  assert.deepEqual(given.signing, { keys: [HEX], origin: "INNGEST_SIGNING_KEY", isNew: false });
  assert.equal(given.event.keys.length, 2);
  assert.throws(() => statSync(join(cwd, "data/keys")));
  assert.equal(keys({}, { INNGEST_SIGNING_KEY: HEX }).event.isNew, true);
  assert.deepEqual(readdirSync(join(cwd, "data/keys")), ["event-key"]);
});

test("serverKeys() reads key files, several keys of one, and warns when others may read them", (t) => {
  const { cwd, keys, notices } = setUp(t);
  const path = join(cwd, "key");
  writeFileSync(path, `${HEX}\n\n  signkey-old-${HEX} \n`);
  chmodSync(path, 0o600);
  const env = { HOLDFAST_SIGNING_KEY_FILE: "key", HOLDFAST_EVENT_KEY: "0123456789abcdef" };
  assert.deepEqual(keys({}, env).signing, { keys: [HEX, `signkey-old-${HEX}`], origin: path, isNew: false });
  assert.deepEqual(notices, []);
  chmodSync(path, 0o644);
  keys({}, env);
  assert.match(notices[0] ?? "", /chmod 600/);
  // A flag counts more than a variable, whichever of the two forms it has.
  assert.deepEqual(
    keys(
      { "signing-key-file": ["key"] },
      { HOLDFAST_SIGNING_KEY: "cd".repeat(32), HOLDFAST_EVENT_KEY: "0123456789abcdef" },
    ).signing.origin,
    path,
  );
  assert.throws(
    () => keys({}, { ...env, HOLDFAST_SIGNING_KEY: HEX }),
    /both HOLDFAST_SIGNING_KEY and HOLDFAST_SIGNING_KEY_FILE/,
  );
});

for (const [title, key, words] of [
  ["a wrong prefix", `signkey-pr od-${HEX}`, /prefix/],
  ["an odd length", `${HEX}a`, /odd number of hex digits, 65/],
  ["a letter that is no hex digit", `signkey-prod-${HEX.slice(1)}g`, /character 77 is not a hex digit/],
  ["too few digits", "abcd", /can be guessed/],
] as const) {
  test(`serverKeys() names the fault of a signing key with ${title}, and where it was set, and never the key`, (t) => {
    const { keys } = setUp(t);
    assert.throws(
      () => keys({}, { HOLDFAST_SIGNING_KEY: key }),
      (error) =>
        isHoldfastError(error, "key_invalid") &&
        words.test(error.message) &&
        error.message.includes("HOLDFAST_SIGNING_KEY") &&
        !error.message.includes(key),
    );
  });
}

test("serverKeys() refuses event keys that cannot stand in a URL, and warns of short ones", (t) => {
  const { keys, notices } = setUp(t);
  const env = { HOLDFAST_SIGNING_KEY: HEX };
  assert.throws(
    () => keys({}, { ...env, HOLDFAST_EVENT_KEY: "secret/0123456789" }),
    (error) =>
      isHoldfastError(error, "key_invalid") &&
      /character 7/.test(error.message) &&
      !error.message.includes("secret/"),
  );
  keys({}, { ...env, HOLDFAST_EVENT_KEY: "short" });
  assert.match(notices[0] ?? "", /5 characters can be guessed/);
});

test("serverKeys() refuses an empty key file, and one it cannot read", (t) => {
  const { cwd, keys } = setUp(t);
  keys();
  writeFileSync(join(cwd, "data/keys/signing-key"), "\n");
  assert.throws(
    () => keys(),
    (error) => isHoldfastError(error, "config_invalid") && /file is empty/.test(error.message),
  );
  assert.throws(
    () => keys({}, { HOLDFAST_SIGNING_KEY_FILE: "none" }),
    (error) => isHoldfastError(error, "config_invalid") && /HOLDFAST_SIGNING_KEY_FILE/.test(error.message),
  );
});

test("a signing key that serverKeys() makes passes the protocol's own check", (t) => {
  assert.equal(parseSigningKey(setUp(t).keys().signing.keys[0] ?? "").prefix, "signkey-prod-");
});
