import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { until } from "../kit/until.ts";
import { startKeycloak } from "./keycloak.ts";
import { javaVersion } from "./keycloak-installed.ts";
import type { ProviderProcess } from "./provider-process.ts";
import { startProvider } from "./provider-process.ts";
import { makeFolder } from "./thrown-away-folder.ts";

const NOWHERE = "http://127.0.0.1:1/";

function shell(script: string): Promise<ProviderProcess> {
  return startProvider({ name: "A program", command: "sh", args: ["-c", script], env: process.env });
}

/** Whether a process is there and does something yet. */
async function isAlive(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // What has ended and nobody asked for is a zombie.
  return stat !== null && !/\) [ZX] /.test(stat);
}

async function pidIn(file: string): Promise<string> {
  return until("its id is written", async () => {
    const text = await readFile(file, "utf8").catch(() => "");
    return text.endsWith("\n") ? text.trim() : null;
  });
}

/** A program whose worker writes its id into a file, and that works on until it is ended. */
const worker = (file: string): string => `sleep 600 & echo $! > '${file}'; wait`;

describe("startProvider()", { timeout: 60_000 }, () => {
  it("says at once that it ended, how, and with which last words", async () => {
    await using program = await shell("echo it is broken >&2; exit 3");
    await assert.rejects(program.answers(NOWHERE, 50_000), /it ended with code 3\.\nit is broken/);
  });

  it("says that it does not answer in time", async () => {
    await using program = await shell("echo it begins; sleep 600");
    await assert.rejects(program.answers(NOWHERE, 300), /A program does not answer: 300 ms passed/);
  });

  it("ends with its workers, and that it has ended already is no error", async () => {
    await using folder = await makeFolder("test");
    const file = join(folder.path, "pid");
    const program = await shell(worker(file));
    const pid = await pidIn(file);
    assert.ok(await isAlive(pid));
    await program[Symbol.asyncDispose]();
    await until("the worker is gone", async () => !(await isAlive(pid)));
    await program[Symbol.asyncDispose]();
  });

  it("takes along the workers of a program that ended by itself", async () => {
    await using folder = await makeFolder("test");
    const file = join(folder.path, "pid");
    await using program = await shell(`sleep 600 & echo $! > '${file}'; exit 1`);
    const pid = await pidIn(file);
    await assert.rejects(program.answers(NOWHERE, 50_000), /code 1/);
    await until("the worker is gone", async () => !(await isAlive(pid)));
  });

  it("ends when the process that started it is killed", async () => {
    await using folder = await makeFolder("test");
    const file = join(folder.path, "pid");
    const starter = spawn(
      process.execPath,
      [
        "-C",
        "@holdfast/source",
        "--input-type=module",
        "-e",
        `const { startProvider } = await import(${JSON.stringify(import.meta.resolve("./provider-process.ts"))});
         await startProvider({ name: "it", command: "sh", args: ["-c", ${JSON.stringify(worker(file))}], env: process.env });`,
      ],
      { stdio: "ignore" },
    );
    const ended = new Promise((resolve) => starter.once("exit", resolve));
    const pid = await pidIn(file);
    assert.ok(await isAlive(pid));
    starter.kill("SIGKILL");
    await ended;
    await until("the worker is gone", async () => !(await isAlive(pid)));
  });
});

describe("startKeycloak()", { timeout: 60_000 }, () => {
  it("leaves no folder and no process when it fails, and says why", async () => {
    await using folder = await makeFolder("test");
    const installed = join(folder.path, "installed");
    const temporary = join(folder.path, "temporary");
    await mkdir(join(installed, "bin"), { recursive: true });
    await mkdir(temporary);
    const file = join(folder.path, "pid");
    await writeFile(
      join(installed, "bin/kc.sh"),
      `sleep 600 & echo $! > '${file}'; echo no memory is left; exit 1\n`,
    );
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = temporary;
    try {
      await assert.rejects(startKeycloak(installed), /it ended with code 1\.\nno memory is left/);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
    assert.deepEqual(await readdir(temporary), []);
    const pid = await pidIn(file);
    await until("the process is gone", async () => !(await isAlive(pid)));
  });
});

describe("javaVersion()", () => {
  it("reads what Java says of itself", () => {
    assert.equal(javaVersion('openjdk version "17.0.15" 2025-04-15'), 17);
    assert.equal(javaVersion('openjdk version "21" 2023-09-19'), 21);
    assert.equal(javaVersion('java version "1.8.0_392"'), 8);
    assert.equal(javaVersion("no Java at all"), null);
  });
});
