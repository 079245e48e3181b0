import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runHoldfast, temporaryFolder } from "./testing/spawned.ts";

describe("holdfast", { concurrency: 2 }, () => {
  test("without arguments, and with --help, it lists its commands and ends well", async (t) => {
    const cwd = temporaryFolder(t);
    for (const args of [[], ["--help"], ["help"], ["--json", "--help"]]) {
      const { code, stdout, stderr } = await runHoldfast(args, { cwd });
      assert.equal(code, 0);
      assert.match(stdout, /Usage: holdfast <command>/);
      assert.equal(stderr, "");
    }
  });

  test("prints its version, as JSON too", async (t) => {
    const cwd = temporaryFolder(t);
    assert.match((await runHoldfast(["--version"], { cwd })).stdout, /^holdfast \d+\.\d+\.\d+ \(node 24/);
    const { stdout } = await runHoldfast(["version", "--json"], { cwd });
    const document: unknown = JSON.parse(stdout);
    assert.match(JSON.stringify(document), /^\{"ok":true,"data":\{"version":"/);
  });

  for (const [args, code, words] of [
    [["strat"], 2, /Did you mean "holdfast start"/],
    [["dev", "--prot", "1"], 2, /Did you mean --port/],
    [["dev", "extra"], 2, /"extra" is one argument too many/],
    [["dev", "--port", "abc"], 2, /"abc" for --port/],
    [["dev", "--time-scale", "0"], 2, /from 0\.001 to 100000/],
    [["dev", "clock", "advance", "soon"], 2, /"soon".*not a duration/],
    [["send"], 2, /either an event's name or --file/],
    [["send", "x", "--data", "{"], 2, /--data/],
    [["dev", "--host", "0.0.0.0"], 3, /--allow-lan-without-password/],
    [["start", "--host", "0.0.0.0"], 3, /--public-url https:/],
    [["start", "--postgres-uri", "postgres://u:hunter2@h/d"], 3, /embedded store/],
    [["apps", "list", "--url", "http://127.0.0.1:1"], 7, /not reachable/],
    [["runs", "get", "x", "--url", "nonsense"], 3, /not an http or https URL/],
  ] as const) {
    test(`"holdfast ${args.join(" ")}" ends with ${code}, in words and as JSON`, async (t) => {
      const cwd = temporaryFolder(t);
      const plain = await runHoldfast(args, { cwd });
      assert.equal(plain.code, code, plain.stderr);
      assert.match(plain.stderr, words);
      assert.equal(plain.stdout, "");
      const json = await runHoldfast([...args, "--json"], { cwd });
      assert.equal(json.code, code);
      const document: unknown = JSON.parse(json.stdout);
      assert.ok(
        typeof document === "object" && document !== null && "ok" in document && document.ok === false,
      );
      assert.ok(!`${plain.stderr}${json.stdout}${json.stderr}`.includes("hunter2"));
    });
  }

  test("names file, line and key of a faulty project file", async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, "holdfast.config.json"), '{\n  "prot": 1\n}');
    const { code, stderr } = await runHoldfast(["dev"], { cwd });
    assert.equal(code, 3);
    assert.match(stderr, /"prot" in holdfast\.config\.json \(line 2\)/);
    assert.match(stderr, /Did you mean "port"/);
  });

  test("refuses a bad key without showing it", async (t) => {
    const cwd = temporaryFolder(t);
    const { code, stderr } = await runHoldfast(["start"], {
      cwd,
      env: { INNGEST_SIGNING_KEY: "signkey-prod-hunter2" },
    });
    assert.equal(code, 3);
    assert.match(stderr, /character 14 is not a hex digit.*INNGEST_SIGNING_KEY/);
    assert.ok(!stderr.includes("hunter2"));
  });

  test("prints no colours in a pipe, and none with NO_COLOR", async (t) => {
    const cwd = temporaryFolder(t);
    // eslint-disable-next-line no-control-regex -- the escape character is what to look for
    const escape = /\u001b/;
    assert.doesNotMatch((await runHoldfast(["strat"], { cwd })).stderr, escape);
    assert.match((await runHoldfast(["strat"], { cwd, env: { FORCE_COLOR: "1" } })).stderr, escape);
    assert.doesNotMatch(
      (await runHoldfast(["strat"], { cwd, env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stderr,
      escape,
    );
  });
});

test("the launcher refuses an old Node with one line", () => {
  const launcher = join(import.meta.dirname, "..", "bin", "holdfast.js");
  const pretended = `Object.defineProperty(process.versions, "node", { value: "22.1.0" }); await import(${JSON.stringify(launcher)});`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", pretended], {
    encoding: "utf8",
  });
  assert.equal(status, 3);
  assert.match(stderr, /^holdfast needs Node 24\.15 or newer[^\n]*\n$/);
});

test("the launcher runs the sources when Node is told to resolve them", () => {
  const launcher = join(import.meta.dirname, "..", "bin", "holdfast.js");
  const { status, stdout } = spawnSync(process.execPath, ["-C", "@holdfast/source", launcher, "version"], {
    encoding: "utf8",
  });
  assert.equal(status, 0);
  assert.match(stdout, /^holdfast \d/);
});

test("holdfast --help loads nothing it does not need", () => {
  // Time depends on the machine; what is loaded does not, and is what takes the time.
  const listing = `
    import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => (process._rawDebug("loads " + url), next(url, context)) });
  `;
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const hook = `data:text/javascript,${encodeURIComponent(listing)}`;
  for (const args of [
    ["--help"],
    ["dev", "--help"],
    ["start", "-h"],
    ["send", "--help"],
    ["runs", "get", "--help"],
    ["--version"],
  ]) {
    const { status, stderr } = spawnSync(
      process.execPath,
      ["-C", "@holdfast/source", "--import", hook, main, ...args],
      { encoding: "utf8" },
    );
    assert.equal(status, 0);
    const loaded = [...stderr.matchAll(/^loads file:.*\/packages\/(.*)$/gm)].map((match) => match[1] ?? "");
    assert.ok(loaded.includes("cli/src/main.ts"));
    assert.deepEqual(
      loaded.filter((file) => !file.startsWith("cli/")),
      [],
      args.join(" "),
    );
    assert.ok(loaded.length <= 14, `${args.join(" ")} loads ${loaded.join(", ")}`);
  }
});
