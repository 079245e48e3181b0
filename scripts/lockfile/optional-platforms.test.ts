import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { missingPlatforms } from "./optional-platforms.ts";

test("missingPlatforms() adds what an optional dependency names, beside its dependent, with its platform", () => {
  const packages = {
    "": {},
    "node_modules/tool": {
      version: "2.0.0",
      dev: true,
      optionalDependencies: { "@tool/binding-linux-x64-musl": "2.0.0", "@tool/win32-arm64": "2.0.0" },
    },
  };
  assert.deepEqual(missingPlatforms(packages), {
    "node_modules/@tool/binding-linux-x64-musl": {
      version: "2.0.0",
      os: ["linux"],
      cpu: ["x64"],
      libc: ["musl"],
      dev: true,
      optional: true,
    },
    "node_modules/@tool/win32-arm64": {
      version: "2.0.0",
      os: ["win32"],
      cpu: ["arm64"],
      dev: true,
      optional: true,
    },
  });
});

test("missingPlatforms() makes room below the dependent where another version has the place", () => {
  const packages = {
    "node_modules/@tool/linux-x64": { version: "1.0.0" },
    "node_modules/tool": { version: "2.0.0", optionalDependencies: { "@tool/linux-x64": "2.0.0" } },
  };
  assert.deepEqual(Object.keys(missingPlatforms(packages)), [
    "node_modules/tool/node_modules/@tool/linux-x64",
  ]);
});

test("missingPlatforms() leaves alone what is there, further up too, or what a range is content with", () => {
  const packages = {
    "node_modules/@tool/linux-x64": { version: "2.0.0" },
    "node_modules/other": { version: "1.4.0" },
    "node_modules/host/node_modules/tool": {
      version: "2.0.0",
      optionalDependencies: { "@tool/linux-x64": "2.0.0", other: "^1.0.0" },
    },
  };
  assert.deepEqual(missingPlatforms(packages), {});
});

test("missingPlatforms() asks for a person where a range or a name says too little", () => {
  const of = (name: string, version: string) => ({
    "node_modules/tool": { version: "2.0.0", optionalDependencies: { [name]: version } },
  });
  assert.throws(() => missingPlatforms(of("@tool/linux-x64", "^2.0.0")), /in the range "\^2\.0\.0"/);
  assert.throws(() => missingPlatforms(of("mystery", "2.0.0")), /the name "mystery" tells no platform/);
});

test("package-lock.json has every optional package, so that `npm ci` accepts it: run `npx node scripts/lockfile.ts`", () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8"));
  assert.deepEqual(Object.keys(missingPlatforms(lock.packages)), []);
});
