import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { openEnvironments } from "./open-environments.ts";
import { OPERATOR, testDeps } from "./testing/deps.ts";

const custom = { kind: "custom", label: null, archiveAfterMs: null } as const;

test("the main environment is always there, and has the id that the protocol fixes", async () => {
  const environments = await openEnvironments(testDeps().deps);
  assert.deepEqual(
    environments.list().map(({ name, id, kind }) => ({ name, id, kind })),
    [{ name: "production", id: "00000000-0000-4000-b000-000000000000", kind: "production" }],
  );
  const main = environments.main.name;
  for (const act of [environments.archive(OPERATOR, main), environments.rename(OPERATOR, main, "x")])
    await assert.rejects(act, (error) => isHoldfastError(error, "request_invalid"));
});

test("an environment is made once, in the log with who made it, and is there after a restart", async () => {
  const { deps, acts } = testDeps();
  const environments = await openEnvironments(deps);
  const made = await environments.create(OPERATOR, { ...custom, name: "staging" });
  assert.match(made.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await assert.rejects(environments.create(OPERATOR, { ...custom, name: "staging" }), (error) =>
    isHoldfastError(error, "conflict"),
  );
  const [act, ...more] = await acts();
  assert.deepEqual(more, []);
  assert.equal(act?.action, "environment.created");
  assert.equal(act?.authority.actor.id, "op-1");
  assert.deepEqual((await openEnvironments(deps)).get("staging"), made);
});

test("two who make one environment at the same time: one does, and the other is told", async () => {
  const { deps, acts } = testDeps();
  const environments = await openEnvironments(deps);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => environments.create(OPERATOR, { ...custom, name: "staging" })),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await acts()).length, 1);
});

test("the archive is a state, entered and left in the log; to enter it twice is no act", async () => {
  const { deps, acts, time } = testDeps();
  const environments = await openEnvironments(deps);
  const { name } = await environments.create(OPERATOR, { ...custom, name: "staging" });
  assert.equal((await environments.archive(OPERATOR, name)).archivedAt, time.now);
  await environments.archive(OPERATOR, name);
  assert.equal((await environments.unarchive(OPERATOR, name)).archivedAt, null);
  assert.deepEqual(
    (await acts()).map(({ action, changes }) => [action, changes["archived"]]),
    [
      ["environment.created", undefined],
      ["environment.archived", { from: false, to: true }],
      ["environment.unarchived", { from: true, to: false }],
    ],
  );
});

test("a branch begins when it is opened, comes out of the archive when it is used again, and keeps its family's quiet time", async () => {
  const { deps, acts } = testDeps();
  const environments = await openEnvironments(deps);
  const family = await environments.create(OPERATOR, {
    ...custom,
    kind: "branches",
    name: "previews",
    archiveAfterMs: 1000,
  });
  assert.equal(environments.branch(family.name, "main"), null);
  const branch = await environments.openBranch(OPERATOR, family.name, "main");
  assert.deepEqual(
    [branch.name, branch.kind, branch.family, branch.archiveAfterMs],
    ["previews--main", "branch", "previews", 1000],
  );
  const before = (await acts()).length;
  assert.deepEqual(await environments.openBranch(OPERATOR, family.name, "main"), branch);
  assert.equal((await acts()).length, before, "to open what is open is no act");
  const others = await environments.create(OPERATOR, { ...custom, kind: "branches", name: "others" });
  const usual = await environments.openBranch(OPERATOR, others.name, "main");
  assert.ok((usual.archiveAfterMs ?? 0) > 24 * 60 * 60 * 1000, "days, where the family says nothing");
  await environments.archive(OPERATOR, branch.name);
  assert.equal((await environments.openBranch(OPERATOR, family.name, "main")).archivedAt, null);
});

test("a family has a bounded number of open branches", async () => {
  const { deps } = testDeps();
  const environments = await openEnvironments(deps);
  const family = "previews" as EnvironmentName;
  await environments.create(OPERATOR, { ...custom, kind: "branches", name: family });
  for (let count = 0; count < 50; count++) await environments.openBranch(OPERATOR, family, `b${count}`);
  await assert.rejects(environments.openBranch(OPERATOR, family, "one-more"), (error) =>
    isHoldfastError(error, "conflict"),
  );
  await environments.archive(OPERATOR, "previews--b0" as EnvironmentName);
  assert.equal((await environments.openBranch(OPERATOR, family, "one-more")).archivedAt, null);
});

test("an environment is called by its name until it has another label, and they are listed by name", async () => {
  const { deps } = testDeps();
  const environments = await openEnvironments(deps);
  await environments.create(OPERATOR, { ...custom, name: "staging" });
  await environments.create(OPERATOR, { ...custom, name: "alpha", label: "First" });
  await environments.create(OPERATOR, { ...custom, name: "zulu" });
  assert.deepEqual(
    environments.list().map(({ label, name }) => [name, label]),
    [
      ["alpha", "First"],
      ["production", "Production"],
      ["staging", "staging"],
      ["zulu", "zulu"],
    ],
  );
});

test("what is not there cannot be changed, and of two servers that change one the second is told", async () => {
  const { deps } = testDeps();
  const environments = await openEnvironments(deps);
  const nothing = "nothing" as EnvironmentName;
  for (const act of [environments.archive(OPERATOR, nothing), environments.rename(OPERATOR, nothing, "x")])
    await assert.rejects(act, (error) => isHoldfastError(error, "environment_unknown"));
  const { name } = await environments.create(OPERATOR, { ...custom, name: "staging" });
  const late = await openEnvironments(deps);
  await environments.rename(OPERATOR, name, "First");
  await assert.rejects(late.rename(OPERATOR, name, "Second"), (error) => isHoldfastError(error, "conflict"));
  assert.equal((await openEnvironments(deps)).get(name)?.label, "First");
});

test("the main environment of a development server says what it is", async () => {
  const { deps } = testDeps();
  const environments = await openEnvironments({ ...deps, main: "dev" });
  assert.deepEqual([environments.main.name, environments.main.label], ["dev", "Development"]);
});
