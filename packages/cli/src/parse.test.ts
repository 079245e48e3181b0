import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandOption } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";
import { findCommand, parseOptions } from "./parse.ts";

const NAMES = [
  "dev",
  "dev clock show",
  "dev clock advance",
  "start",
  "send",
  "runs get",
  "apps list",
  "apps sync",
  "help",
];
const find = (...argv: readonly string[]) => findCommand(argv, NAMES, GLOBAL_OPTIONS);

const OPTIONS: readonly CommandOption[] = [
  { name: "port", short: "p", kind: "text", value: "PORT" },
  { name: "sdk-url", short: "u", kind: "list" },
  { name: "data-dir", kind: "text", aliases: ["sqlite-dir"] },
  { name: "persist", kind: "boolean" },
];
const parse = (...args: readonly string[]) => parseOptions(args, OPTIONS);
const values = (...args: readonly string[]) => {
  const parsed = parse(...args);
  assert.ok(parsed.ok);
  return Object.fromEntries(parsed.options);
};
const fault = (...args: readonly string[]): string => {
  const parsed = parse(...args);
  assert.ok(!parsed.ok);
  return `${parsed.message} ${parsed.next}`;
};

test("findCommand() finds commands of one and two words, behind options too", () => {
  assert.deepEqual(find("dev", "-p", "1"), { ok: true, name: "dev", rest: ["-p", "1"] });
  assert.deepEqual(find("--json", "apps", "--quiet", "list", "x"), {
    ok: true,
    name: "apps list",
    rest: ["--json", "--quiet", "x"],
  });
  assert.deepEqual(find("send", "apps", "list"), { ok: true, name: "send", rest: ["apps", "list"] });
  assert.deepEqual(find("--json"), { ok: true, name: null, rest: ["--json"] });
});

test("findCommand() finds a command of three words behind one that takes flags of its own", () => {
  assert.deepEqual(find("dev", "clock", "--json", "advance", "2h"), {
    ok: true,
    name: "dev clock advance",
    rest: ["--json", "2h"],
  });
  assert.deepEqual(find("dev", "--data-dir", "clock"), {
    ok: true,
    name: "dev",
    rest: ["--data-dir", "clock"],
  });
  for (const [argv, words] of [
    [["dev", "clock"], "There are: dev clock show, dev clock advance."],
    [["dev", "clock", "advnace", "2h"], 'Did you mean "holdfast dev clock advance"?'],
  ] as const) {
    const found = find(...argv);
    assert.ok(!found.ok && found.next === words, JSON.stringify(found));
  }
});

test("findCommand() suggests the nearest command, and runs none", () => {
  for (const [argv, words] of [
    [["strat"], /"strat".*no such command/],
    [["runs"], /"runs"/],
    [["apps", "lits"], /"apps lits"/],
    [["frobnicate"], /"frobnicate"/],
  ] as const) {
    const found = find(...argv);
    assert.ok(!found.ok);
    assert.match(found.message, words);
  }
  const next = (...argv: readonly string[]) => {
    const found = find(...argv);
    return found.ok ? "" : found.next;
  };
  assert.equal(next("strat"), 'Did you mean "holdfast start"?');
  assert.equal(next("apps", "lits"), 'Did you mean "holdfast apps list"?');
  assert.equal(next("apps"), "There are: apps list, apps sync.");
  assert.equal(next("frobnicate"), "See holdfast help.");
});

test("parseOptions() reads values in every form, lists, aliases and operands", () => {
  assert.deepEqual(values("-p", "1", "-u", "a", "--sdk-url=b", "-uc", "--persist", "--sqlite-dir", "d"), {
    port: "1",
    "sdk-url": ["a", "b", "c"],
    persist: true,
    "data-dir": "d",
  });
  const parsed = parse("one", "--persist", "--", "--port");
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.operands, ["one", "--port"]);
});

test("parseOptions() takes a lone dash as a value, and the next option as a value that was forgotten", () => {
  assert.deepEqual(values("--port", "-"), { port: "-" });
  assert.deepEqual(values("--port=-1"), { port: "-1" });
  assert.match(fault("--port", "--persist"), /--port without a value.*Write --port PORT/);
  assert.match(fault("--port"), /without a value/);
});

test("parseOptions() refuses what does not fit, with the nearest option", () => {
  assert.match(fault("--prot", "1"), /Cannot use --prot: there is no such option. Did you mean --port\?/);
  assert.match(fault("-x"), /Cannot use -x/);
  assert.match(fault("--persist=yes"), /it takes no value/);
  assert.match(fault("-p", "1", "-p", "2"), /--port twice/);
});
