import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";
import { signedIn } from "./stub/world.ts";

const visit = visits();

test("entries are filtered, unfolded and paged, and the address says which", async () => {
  await using visited = await visit("/audit");
  const { page } = visited;
  await page.getByLabel("Action").selectOption("environment.renamed");
  await page.getByRole("button", { name: "Event key created" }).first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Environment renamed" }).first().click();
  await page.getByRole("cell", { name: "Staging" }).waitFor();
  await page.getByRole("cell", { name: "Stage", exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "?action=environment.renamed&open=117");
  await page.reload();
  await page.getByRole("cell", { name: "Stage", exact: true }).waitFor();
  await page.getByLabel("Action").selectOption("");
  await page.getByRole("button", { name: "Older entries" }).click();
  await page.getByText("Thing 21").first().waitFor();
});

test("a log is exported as a file", async () => {
  await using visited = await visit("/audit");
  const { page } = visited;
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog").getByRole("button", { name: "Export" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "holdfast-audit-installation.jsonl");
  const text = await readFile(await file.path(), "utf8");
  assert.equal(text.split("\n").length, 122);
});

test("the browser recomputes the whole log, and says what that cannot show", async () => {
  await using visited = await visit("/audit?view=verify");
  const { page } = visited;
  await page.getByRole("button", { name: "Verify in this browser" }).click();
  await page.getByText("120 entries hold").waitFor();
  await page.getByText("a signed checkpoint agrees with the first 120", { exact: false }).waitFor();
  await page.getByText(/newest entries were cut off, unless checkpoints left the machine/).waitFor();
});

test("an entry that was changed in the database is named", async () => {
  await using visited = await visit("/audit?view=verify", { alteredEntry: 61 });
  const { page } = visited;
  await page.getByRole("button", { name: "Verify in this browser" }).click();
  await page.getByText("The log does not hold at entry 61").waitFor();
  await page.getByText("60 entries before it hold").waitFor();
});

test("who may not export is not offered what exports", async () => {
  await using visited = await visit("/audit?view=verify", { session: signedIn(["audit.read"]) });
  const { page } = visited;
  await page.getByRole("button", { name: "Event key created" }).first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Export", exact: true }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "Verify" }).count(), 0);
});
