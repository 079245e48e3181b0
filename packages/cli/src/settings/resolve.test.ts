import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import type { OptionValues } from "../command.ts";
import { parseProjectFile } from "./project-file.ts";
import { resolveSettings } from "./resolve.ts";
import { SETTINGS, settingsOf } from "./table.ts";

const KNOWN = SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
interface Given {
  readonly flags?: Readonly<Record<string, true | string | readonly string[]>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: unknown;
}
const resolve = ({ flags = {}, env = {}, file }: Given) => {
  const options: OptionValues = new Map(Object.entries(flags));
  const parsed =
    file === undefined
      ? null
      : parseProjectFile(JSON.stringify(file, null, 2), "holdfast.config.json", KNOWN);
  const { settings, notices } = resolveSettings(settingsOf("start"), { flags: options, env, file: parsed });
  return {
    settings: Object.fromEntries([...settings].map(([name, { value, origin }]) => [name, [value, origin]])),
    notices,
  };
};

test("resolveSettings() takes the flag before the variables before the project file", () => {
  const file = { port: 3, host: "c", tick: 7 };
  const env = { HOLDFAST_PORT: "2", INNGEST_PORT: "9", INNGEST_HOST: "b" };
  assert.deepEqual(resolve({ flags: { port: "1" }, env, file }).settings, {
    port: ["1", "--port"],
    host: ["b", "INNGEST_HOST"],
    tick: ["7", "holdfast.config.json: tick"],
  });
  assert.deepEqual(resolve({ env, file }).settings["port"], ["2", "HOLDFAST_PORT"]);
});

test("resolveSettings() splits lists of variables, and adds the fallback key to them", () => {
  const env = {
    INNGEST_SDK_URL: "a, b,,",
    INNGEST_SIGNING_KEY: "k1",
    INNGEST_SIGNING_KEY_FALLBACK: "k2",
    LOG_LEVEL: "warn",
  };
  assert.deepEqual(resolve({ env }).settings, {
    "sdk-url": [["a", "b"], "INNGEST_SDK_URL"],
    "signing-key": [["k1", "k2"], "INNGEST_SIGNING_KEY, INNGEST_SIGNING_KEY_FALLBACK"],
    "log-level": ["warn", "LOG_LEVEL"],
  });
  assert.deepEqual(resolve({ env: { ...env, HOLDFAST_LOG_LEVEL: "debug" } }).settings["log-level"], [
    "debug",
    "HOLDFAST_LOG_LEVEL",
  ]);
});

test("resolveSettings() takes an empty variable for one that is not set, and reads other names of a setting", () => {
  assert.deepEqual(
    resolve({ env: { HOLDFAST_PORT: "", INNGEST_SQLITE_DIR: "/d", INNGEST_NO_POLL: "true" } }).settings,
    {
      "data-dir": ["/d", "INNGEST_SQLITE_DIR"],
      "no-poll": [true, "INNGEST_NO_POLL"],
    },
  );
  assert.deepEqual(resolve({ file: { "sqlite-dir": "/d", "sdk-url": "one" } }).settings, {
    "data-dir": ["/d", "holdfast.config.json: sqlite-dir"],
    "sdk-url": [["one"], "holdfast.config.json: sdk-url"],
  });
});

test("resolveSettings() says what is ignored and why, and drops it", () => {
  const { settings, notices } = resolve({
    flags: { "connect-gateway-port": "8289" },
    env: { INNGEST_POSTGRES_MAX_OPEN_CONNS: "5" },
  });
  assert.deepEqual(settings, {});
  assert.equal(notices.length, 2);
  for (const notice of notices) assert.match(notice, /accepted, ignored, because/);
});

test("resolveSettings() warns of secrets in flags, without repeating them", () => {
  const { notices } = resolve({ flags: { "signing-key": ["abcd"], "event-key": ["efgh"] } });
  assert.equal(notices.length, 2);
  assert.match(notices[0] ?? "", /HOLDFAST_SIGNING_KEY or --signing-key-file/);
  assert.ok(!notices.join("").includes("abcd"));
  assert.deepEqual(resolve({ env: { HOLDFAST_SIGNING_KEY: "abcd" } }).notices, []);
});

for (const [title, given] of [
  ["a flag", { flags: { "postgres-uri": "postgres://u:hunter2@h/d" } }],
  ["a variable", { env: { INNGEST_REDIS_URI: "redis://:hunter2@h" } }],
  ["our own variable", { env: { HOLDFAST_DATABASE_URL: "postgres://u:hunter2@h/d" } }],
  ["the project file", { file: { "postgres-uri": "postgres://u:hunter2@h/d" } }],
] as const) {
  test(`resolveSettings() refuses another store asked for by ${title}`, () => {
    assert.throws(
      () => resolve(given),
      (error) =>
        isHoldfastError(error, "config_invalid") &&
        /embedded store/.test(error.message) &&
        !error.message.includes("hunter2"),
    );
  });
}

test("resolveSettings() refuses values of the wrong form, naming file and line", () => {
  assert.throws(
    () => resolve({ file: { host: "a", "no-poll": "yes" } }),
    (error) =>
      isHoldfastError(error, "config_invalid") &&
      /holdfast\.config\.json: no-poll \(line 3\).*true or false/.test(error.message),
  );
  assert.throws(() => resolve({ env: { HOLDFAST_NO_POLL: "maybe" } }), /"maybe" for HOLDFAST_NO_POLL/);
  assert.throws(() => resolve({ file: { "sdk-url": [1] } }), /array of texts/);
  assert.throws(() => resolve({ file: { port: [1] } }), /text or a number/);
});
